package topologyexporter

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"go.opentelemetry.io/collector/config/confignet"
)

// handler is everything that is served.
func (e *topologyExporter) handler() (http.Handler, error) {
	page, err := newPage()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", page)
	mux.Handle("/metrics", newMetrics(e))
	mux.HandleFunc("/api/", unknownPath)
	mux.HandleFunc("/api/health", health)
	mux.HandleFunc("/api/dependencies", e.serveDependencies)
	mux.HandleFunc("/api/graph/fields", serveGraphFields)
	mux.HandleFunc("/api/graph/data", e.serveGraphData)
	mux.HandleFunc("/api/v1/topology", e.serveTopology)
	mux.HandleFunc("/api/v1/topology/diff", e.serveDiff)
	mux.HandleFunc("/api/v1/topology/stream", e.serveStream)
	mux.HandleFunc("/api/v1/breaks", e.serveBreaks)
	return e.guard(mux), nil
}

// guard refuses what no handler takes, and sets the headers that every answer has.
func (e *topologyExporter) guard(next http.Handler) http.Handler {
	loopbackOnly := e.onLoopback()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'")
		h.Set("Cache-Control", "no-store")
		switch {
		case loopbackOnly && r.Host != "" && !isLoopback(r.Host):
			problem{
				Status: http.StatusForbidden, Parameter: "Host",
				Detail: `the exporter listens on a loopback address and answers only when it is asked for by one, so that no web page can read it through a name of its own: ` +
					`use localhost, or set "endpoint" to an address of the network and protect it`,
			}.write(w)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			problem{Status: http.StatusMethodNotAllowed, Detail: "only GET and HEAD are served"}.write(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// onLoopback reports whether the endpoint can be reached from this machine only.
func (e *topologyExporter) onLoopback() bool {
	addr := &e.cfg.ServerConfig.NetAddr
	return addr.Transport != confignet.TransportTypeUnix && isLoopback(addr.Endpoint)
}

// isLoopback reports whether host, with or without a port, is localhost or a loopback address.
func isLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"ok"}` + "\n"))
}

func unknownPath(w http.ResponseWriter, r *http.Request) {
	problem{Status: http.StatusNotFound, Detail: "there is no " + r.URL.Path}.write(w)
}
