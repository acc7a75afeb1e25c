package breaks

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

var (
	web    = party("web", contract.LanguageNode)
	orders = party("orders", contract.LanguageGo)
	stock  = party("stock", contract.LanguageJava)
)

const (
	client   = topology.KindClient
	server   = topology.KindServer
	producer = topology.KindProducer
	consumer = topology.KindConsumer
)

// calls scripts calls from web to orders, each 40 ms long with a root of 30 ms inside.
func (w *world) calls(n int, every time.Duration, caller, callee func(*topology.Unmatched)) {
	for i := range n {
		at := time.Duration(i) * every
		w.lone(w.span(web, client, at, 40*time.Millisecond, caller))
		w.root(w.span(orders, server, at+5*time.Millisecond, 30*time.Millisecond, callee))
	}
}

// strangers scripts roots of orders that web has nothing to do with.
func (w *world) strangers(perSecond, seconds int, change func(*topology.Unmatched)) {
	for range perSecond * seconds {
		at := time.Duration(w.r.Int64N(int64(seconds) * int64(time.Second)))
		w.root(w.span(orders, server, at, 20*time.Millisecond, change))
	}
}

func TestScenarios(t *testing.T) {
	tests := []struct {
		name      string
		script    func(*world)
		breaks    []found
		explained []found
	}{
		{
			name:   "context lost, the graph knows the callee by its address",
			script: func(w *world) { w.calls(20, 700*time.Millisecond, toOrders("10.0.0.7"), nil) },
			breaks: []found{{contract.BreakContext, "web", "orders", 20}},
		},
		{
			name: "context lost always, the callee was asked for by the same address",
			script: func(w *world) {
				w.calls(20, 700*time.Millisecond, address("Orders.shop:80"), address("orders.shop"))
			},
			breaks: []found{{contract.BreakContext, "web", "orders", 20}},
		},
		{
			name:   "context lost always, the callee is named like the host",
			script: func(w *world) { w.calls(20, 700*time.Millisecond, address("orders.shop.svc.cluster.local"), nil) },
			breaks: []found{{contract.BreakContext, "web", "orders", 20}},
		},
		{
			name: "context lost at every other call, beside calls that pair",
			script: func(w *world) {
				w.calls(10, time.Second, toOrders("orders"), nil)
				w.strangers(1, 20, nil)
			},
			breaks: []found{{contract.BreakContext, "web", "orders", 10}},
		},
		{
			name: "clocks 30 ms apart",
			script: func(w *world) {
				for i := range 10 {
					at := time.Duration(i) * time.Second
					w.lone(w.span(web, client, at, 20*time.Millisecond, toOrders("orders")))
					w.root(w.span(orders, server, at+32*time.Millisecond, 15*time.Millisecond, nil))
				}
			},
			breaks: []found{{contract.BreakContext, "web", "orders", 10}},
		},
		{
			name: "one address for two services (localhost): time tells them apart",
			script: func(w *world) {
				w.calls(10, time.Second, address("localhost"), address("localhost"))
				for i := range 10 {
					at := time.Duration(i)*time.Second + 500*time.Millisecond
					w.lone(w.span(web, client, at, 40*time.Millisecond, address("localhost")))
					w.root(w.span(stock, server, at+5*time.Millisecond, 30*time.Millisecond, address("localhost")))
				}
			},
			breaks: []found{{contract.BreakContext, "web", "orders", 10}, {contract.BreakContext, "web", "stock", 10}},
		},
		{
			name: "a busy callee that only web asks for by that address",
			script: func(w *world) {
				w.calls(200, 20*time.Millisecond, toOrders("orders.shop"), address("orders.shop"))
			},
			breaks: []found{{contract.BreakContext, "web", "orders", 200}},
		},
		{
			name:   "the caller sends B3, the callee captured it",
			script: func(w *world) { w.calls(9, time.Second, toOrders("orders"), carriersOf(topology.CarrierB3)) },
			breaks: []found{{contract.BreakPropagator, "web", "orders", 9}},
		},
		{
			name: "the caller sends Jaeger only, as it captured itself",
			script: func(w *world) {
				w.calls(9, time.Second, all(toOrders("orders"), carriersOf(topology.CarrierJaeger)), nil)
			},
			breaks: []found{{contract.BreakPropagator, "web", "orders", 9}},
		},
		{
			name: "a load balancer's root",
			script: func(w *world) {
				w.calls(9, time.Second, toOrders("orders"), carriersOf(topology.CarrierXRay))
			},
			breaks: []found{{contract.BreakXRayRoot, "web", "orders", 9}},
		},
		{
			name: "sampled spans weigh what they stand for",
			script: func(w *world) {
				w.calls(5, time.Second, all(toOrders("orders"), func(u *topology.Unmatched) { u.Weight = 8 }), nil)
			},
			breaks: []found{{contract.BreakContext, "web", "orders", 40}},
		},
		{
			name: "messages whose headers are lost",
			script: func(w *world) {
				for i := range 30 {
					at := time.Duration(i) * 3 * time.Second
					w.lone(w.span(web, producer, at, time.Millisecond, address("kafka:orders")))
					w.root(w.span(orders, consumer, at+20*time.Second, time.Millisecond, address("kafka:orders")))
				}
			},
			breaks: []found{{contract.BreakMessage, "web", "orders", 30}},
		},

		// What must not be called a break.
		{
			name: "a database",
			script: func(w *world) {
				for i := range 20 {
					w.lone(w.span(web, client, time.Duration(i)*time.Second, 40*time.Millisecond, func(u *topology.Unmatched) {
						u.Address, u.Target = "db", topology.End{Name: "postgresql:shop", Kind: contract.NodeDatabase}
					}))
				}
				w.strangers(50, 20, nil)
			},
		},
		{
			name: "an address that no span ever came from",
			script: func(w *world) {
				for i := range 20 {
					w.lone(w.span(web, client, time.Duration(i)*time.Second, 40*time.Millisecond, address("api.example.com")))
				}
				w.strangers(50, 20, nil)
			},
			explained: []found{{contract.BreakNotInstrumented, "web", "", 20}},
		},
		{
			name:   "users, probes and cron jobs: roots that nobody here called",
			script: func(w *world) { w.strangers(100, 20, address("orders.example.com")) },
		},
		{
			name: "spans of the callee dropped, while users keep it busy",
			script: func(w *world) {
				for i := range 100 {
					w.lone(w.span(web, client, time.Duration(i)*211*time.Millisecond, 40*time.Millisecond, toOrders("orders")))
				}
				w.strangers(20, 21, nil)
			},
			explained: []found{{contract.BreakUndecided, "web", "orders", 87}, {contract.BreakFiltered, "web", "orders", 13}},
		},
		{
			name: "spans of the callee dropped, while others ask it by the same address all the time",
			script: func(w *world) {
				for i := range 100 {
					w.lone(w.span(web, client, time.Duration(i)*211*time.Millisecond, 100*time.Millisecond, toOrders("orders")))
				}
				w.strangers(60, 22, address("orders"))
			},
			explained: []found{{contract.BreakUndecided, "web", "orders", 100}},
		},
		{
			name: "spans of the callee dropped, and nobody else calls it",
			script: func(w *world) {
				for i := range 20 {
					w.lone(w.span(web, client, time.Duration(i)*time.Second, 40*time.Millisecond, toOrders("orders")))
				}
			},
			explained: []found{{contract.BreakFiltered, "web", "orders", 20}},
		},
		{
			name: "calls that fail and leave no span behind",
			script: func(w *world) {
				for i := range 20 {
					w.lone(w.span(web, client, time.Duration(i)*time.Second, 40*time.Millisecond,
						all(toOrders("orders"), func(u *topology.Unmatched) { u.Failed = true })))
				}
			},
			explained: []found{{contract.BreakUnanswered, "web", "orders", 20}},
		},
		{
			name: "parents that are filtered, and such that are not sampled",
			script: func(w *world) {
				for i := range 6 {
					w.orphan(w.span(orders, server, time.Duration(i)*time.Second, time.Millisecond, func(u *topology.Unmatched) { u.NotSampled = i < 2 }))
				}
			},
			explained: []found{{contract.BreakFiltered, "", "orders", 4}, {contract.BreakNotSampled, "", "orders", 2}},
		},
		{
			name: "a proxy in between that reports its spans elsewhere",
			script: func(w *world) {
				for i := range 6 {
					at := time.Duration(i) * time.Second
					c := w.lone(w.span(web, client, at, 40*time.Millisecond, toOrders("orders")))
					w.orphan(w.span(orders, server, at+5*time.Millisecond, 30*time.Millisecond, func(u *topology.Unmatched) { u.Trace = c.Trace }))
				}
			},
			explained: []found{{contract.BreakHop, "web", "orders", 6}},
		},
		{
			name: "callees that come after the wait",
			script: func(w *world) {
				for i := range 6 {
					c := w.lone(w.span(web, client, time.Duration(i)*time.Second, 40*time.Millisecond, toOrders("orders")))
					w.at(c.End+int64(wait+2*time.Second), func() {
						w.Late(&topology.Late{Caller: web, Callee: orders, Trace: c.Trace, At: c.End})
					})
				}
			},
			explained: []found{{contract.BreakLate, "web", "orders", 6}},
		},
		{
			name: "callees that come long after the wait: the verdict is taken back",
			script: func(w *world) {
				for i := range 6 {
					c := w.lone(w.span(web, client, time.Duration(i)*time.Second, 40*time.Millisecond, toOrders("orders")))
					w.at(c.End+int64(wait+time.Minute), func() {
						w.Late(&topology.Late{Caller: web, Callee: orders, Trace: c.Trace, At: c.End})
					})
				}
			},
			explained: []found{{contract.BreakLate, "web", "orders", 6}},
		},
		{
			name:      "twice is no pattern",
			script:    func(w *world) { w.calls(2, time.Second, toOrders("orders"), nil) },
			explained: []found{{contract.BreakUndecided, "web", "orders", 2}},
		},
		{
			name: "let go early for want of room, or with times nobody believes",
			script: func(w *world) {
				w.calls(9, time.Second, all(toOrders("orders"), func(u *topology.Unmatched) { u.Evicted = true }), nil)
				w.lone(w.span(web, client, 0, 0, func(u *topology.Unmatched) { u.Start, u.End = 0, testStart.UnixNano() }))
			},
		},
		{
			name: "messages that nobody here consumes",
			script: func(w *world) {
				for i := range 9 {
					w.lone(w.span(web, producer, time.Duration(i)*time.Second, time.Millisecond, address("kafka:audit")))
					w.root(w.span(orders, consumer, time.Duration(i)*time.Second, time.Millisecond, address("kafka:orders")))
				}
			},
			explained: []found{{contract.BreakNotInstrumented, "web", "", 9}},
		},
		{
			name: "messages consumed before they were sent belong to others",
			script: func(w *world) {
				for i := range 9 {
					w.root(w.span(orders, consumer, time.Duration(i)*time.Second, time.Millisecond, address("kafka:orders")))
					w.lone(w.span(web, producer, 2*time.Minute+time.Duration(i)*time.Second, time.Millisecond, address("kafka:orders")))
				}
			},
			explained: []found{{contract.BreakUndecided, "web", "", 9}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			tt.script(w)
			got := w.play()
			assert.Equal(t, tt.breaks, briefly(got.Breaks), "breaks")
			assert.Equal(t, tt.explained, briefly(got.Explained), "explained")
			for _, b := range got.Breaks {
				assert.GreaterOrEqual(t, b.Confidence, minConfidence)
				assert.NotEmpty(t, b.Change)
			}
		})
	}
}

func TestRepaired(t *testing.T) {
	tests := []struct {
		evidence       string
		caller, callee topology.Party
		relation       contract.Relation
		cause          contract.BreakCause
		joined         bool
	}{
		{"identity.width", web, orders, contract.RelationCall, contract.BreakWidth, true},
		{"identity.header.b3", web, orders, contract.RelationCall, contract.BreakPropagator, true},
		{"identity.header.w3c", web, orders, contract.RelationCall, contract.BreakPropagator, true},
		{"identity.vendor", web, orders, contract.RelationCall, contract.BreakPropagator, true},
		{"identity.xray_root", web, orders, contract.RelationCall, contract.BreakXRayRoot, true},
		{"message.id", web, orders, contract.RelationMessage, contract.BreakMessage, true},
		{"message.offset", web, orders, contract.RelationMessage, contract.BreakMessage, true},
		{"custom.order.id", web, orders, contract.RelationMessage, contract.BreakMessage, true},
		{"request_id", web, orders, contract.RelationCall, contract.BreakContext, true},
		{"custom.order.id", web, orders, contract.RelationCall, contract.BreakContext, true},
		{"inferred.timing", web, orders, contract.RelationCall, contract.BreakContext, true},
		{"inferred.timing", web, web, contract.RelationCall, contract.BreakInProcess, true},
		{"inferred.parent", web, orders, contract.RelationCall, contract.BreakFiltered, false},
		{"link", web, orders, contract.RelationMessage, "", false},
		{"identity.shared_span", web, orders, contract.RelationCall, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.evidence+" "+tt.caller.Name+" "+tt.callee.Name+" "+string(tt.relation), func(t *testing.T) {
			w := newWorld(t, nil)
			w.Repaired(&topology.Repaired{
				Caller: tt.caller, Callee: tt.callee, Relation: tt.relation, Evidence: tt.evidence,
				Trace: topology.TraceID{15: 1}, CallerSpan: topology.SpanID{7: 2}, CalleeSpan: topology.SpanID{7: 3}, Start: testStart.UnixNano(),
			})
			got := w.play()
			switch {
			case tt.cause == "":
				assert.Empty(t, got.Breaks)
				assert.Empty(t, got.Explained)
			case tt.joined:
				require.Len(t, got.Breaks, 1)
				b := got.Breaks[0]
				assert.Equal(t, []any{tt.cause, true, tt.evidence, 1.0}, []any{b.Cause, b.Joined, b.Evidence, b.Calls})
				assert.NotEmpty(t, b.Change)
				assert.Equal(t, []contract.BreakExample{{
					At: testStart, CallerTraceID: "00000000000000000000000000000001", CallerSpanID: "0000000000000002",
					CalleeTraceID: "00000000000000000000000000000001", CalleeSpanID: "0000000000000003",
				}}, b.Examples)
			default:
				assert.Equal(t, []found{{tt.cause, tt.caller.Name, tt.callee.Name, 1}}, briefly(got.Explained))
			}
		})
	}
}

func TestReportOfABreak(t *testing.T) {
	w := newWorld(t, nil)
	w.calls(5, time.Second, toOrders("orders:80"), all(carriersOf(topology.CarrierB3), address("orders:80"), func(u *topology.Unmatched) {
		u.Refused = string(contract.RefusedAmbiguous)
	}))
	w.play()
	got := w.Report(func(caller, callee topology.NodeName) float64 {
		assert.Equal(t, []topology.NodeName{web.NodeName, orders.NodeName}, []topology.NodeName{caller, callee})
		return 20
	})
	require.Len(t, got.Breaks, 1)
	b := got.Breaks[0]
	share := 0.25
	example := func(n int) contract.BreakExample {
		return contract.BreakExample{
			At:            testStart.Add(time.Duration(n) * time.Second),
			CallerTraceID: fmt.Sprintf("%032x", 2*n+1), CallerSpanID: fmt.Sprintf("%016x", 2*n+1),
			CalleeTraceID: fmt.Sprintf("%032x", 2*n+2), CalleeSpanID: fmt.Sprintf("%016x", 2*n+2),
		}
	}
	assert.Equal(t, contract.Break{
		Cause:     contract.BreakPropagator,
		Caller:    contract.BreakEnd{Name: "web", Language: "nodejs", SDK: "opentelemetry", SDKVersion: "1.0"},
		Callee:    contract.BreakEnd{Name: "orders", Language: "go", SDK: "opentelemetry", SDKVersion: "1.0"},
		Transport: contract.TransportHTTP, Address: "orders:80",
		Received: []string{"B3"}, Calls: 5, ShareOfEdge: &share, Confidence: 1 - 1.0/32,
		Refused:   map[string]float64{"ambiguous": 5},
		FirstSeen: testStart, LastSeen: testStart.Add(4 * time.Second),
		Examples: []contract.BreakExample{example(0), example(3), example(4)},
		Change: "web sends B3 and orders does not read it: set the propagators of orders, or make web send W3C traceparent as well; " +
			"in Go (orders) the global propagator does nothing until otel.SetTextMapPropagator is called, and OTEL_PROPAGATORS is read only by go.opentelemetry.io/contrib/propagators/autoprop; " +
			"the merge processor left them apart because of ambiguous (several callers used one key within its age: lower max_age or use a key that is unique)",
		Setting: "OTEL_PROPAGATORS=tracecontext,baggage,b3",
	}, b)
	assert.Equal(t, map[Kind]Total{
		{Caller: web.NodeName, Callee: orders.NodeName, Transport: contract.TransportHTTP, Cause: contract.BreakPropagator}: {
			Calls: 5, Created: testStart.Add(15 * time.Second), // the wait and the time to settle
		},
	}, w.Totals())
}
