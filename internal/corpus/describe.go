package corpus

import (
	"math/rand/v2"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The attributes of a span that are the same every time are written once, when
// the system is made; the walker adds what differs.

func (s *service) describeServer(r *rand.Rand, o *operation, entry bool) []attr {
	var out []attr
	for _, n := range s.names {
		if o.rpc {
			out = append(out, describeRPC(n, s, o)...)
			continue
		}
		out = append(out,
			text(n.method, "POST"), text(n.path, "/v1/"+o.name), text(n.scheme, "http"), text(n.hostAddress, s.name+".shop.svc"),
			text(n.userAgent, "Mozilla/5.0 (X11; Linux x86_64)"),
		)
	}
	if !o.rpc {
		out = append(out, text("http.route", "/v1/"+o.name))
	}
	if entry && r.IntN(5) < 3 {
		out = append(out, text(s.names[len(s.names)-1].clientAddress, publicAddress(r)))
	}
	return out
}

func (s *service) describeClient(target *operation) []attr {
	var out []attr
	for _, n := range s.names {
		if target.rpc {
			out = append(out, describeRPC(n, target.service, target)...)
			out = append(out, text(n.serverAddress, target.service.name+".shop.svc"))
			continue
		}
		out = append(out,
			text(n.method, "POST"), text(n.fullURL, "http://"+target.service.name+".shop.svc:8080/v1/"+target.name),
			text(n.serverAddress, target.service.name+".shop.svc"), number(n.serverPort, 8080),
		)
	}
	return out
}

func describeRPC(n *spelling, s *service, o *operation) []attr {
	full := "shop." + s.name
	if n.rpcService == "" {
		return []attr{text(n.rpcSystem, "grpc"), text(n.rpcMethod, full+"/"+o.name)}
	}
	return []attr{text(n.rpcSystem, "grpc"), text(n.rpcService, full), text(n.rpcMethod, o.name)}
}

var databases = [...]struct{ system, name, operation, query string }{
	{"postgresql", "shop", "SELECT", "SELECT id, state FROM orders WHERE id = ?"},
	{"mysql", "catalog", "UPDATE", "UPDATE stock SET amount = amount - ? WHERE sku = ?"},
	{"redis", "0", "GET", "GET ?"},
	{"mongodb", "reviews", "find", "{\"find\": \"reviews\"}"},
}

func (s *service) describeDatabase(i int) (name string, attrs []attr) {
	d := &databases[i]
	for _, n := range s.names {
		attrs = append(attrs,
			text(n.dbSystem, d.system), text(n.dbNamespace, d.name), text(n.dbQuery, d.query), text(n.dbOp, d.operation),
			text(n.serverAddress, d.system+".shop.svc"),
		)
	}
	return d.operation + " " + d.name, attrs
}

// codes are how protocols number an outcome.
type codes struct {
	http, grpc int64
	text       string
}

var (
	succeeded = codes{200, 0, "OK"}
	hasFailed = codes{500, 13, "INTERNAL"}
)

// status appends the outcome of a call as the service's instrumentation writes it.
func (s *service) status(dst []attr, rpc, failed bool) []attr {
	o := succeeded
	if failed {
		o = hasFailed
	}
	for _, n := range s.names {
		switch {
		case rpc && n.rpcStatusText:
			dst = append(dst, text(n.rpcStatus, o.text))
		case rpc:
			dst = append(dst, number(n.rpcStatus, o.grpc))
		default:
			dst = append(dst, number(n.status, o.http))
		}
	}
	return dst
}

// scopeOf is the instrumentation that makes a step's span.
func (st *step) scopeOf() scope {
	switch st.action {
	case actDatabase:
		return scopeDatabase
	case actPublish:
		return scopeMessaging
	case actCall:
		if st.target.rpc {
			return scopeRPC
		}
		return scopeClient
	default:
		return scopeOwn
	}
}

func (o *operation) scopeOf() scope {
	switch {
	case o.kind == ptrace.SpanKindConsumer:
		return scopeMessaging
	case o.rpc:
		return scopeRPC
	default:
		return scopeServer
	}
}
