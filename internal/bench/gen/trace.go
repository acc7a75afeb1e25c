package gen

import (
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// record is a span that waits to be written in the order of end times.
type record struct {
	service int // index into services
	trace   int // number of the trace in its set
	end     pcommon.Timestamp
	write   func(ptrace.Span)
}

// plan is one span of the trace: its place in it, and when it runs.
type plan struct {
	id, parent  int // numbers of the package comment; parent 0 is none
	service     int
	name        string
	kind        ptrace.SpanKind
	start, long time.Duration // after the trace's start; duration
	attributes  func(pcommon.Map)
}

// failing are the spans that a declined card turns red.
var failing = map[int]bool{1: true, 2: true, 3: true, 5: true, 6: true}

const (
	millisecond = time.Millisecond
	// failEvery: one trace in so many fails.
	failEvery = 33
)

// oneTrace makes the spans of trace number n, which starts n ms after start.
func oneTrace(r *rand.Rand, start time.Time, n int) []record {
	var traceID pcommon.TraceID
	binary.BigEndian.PutUint64(traceID[:8], r.Uint64()|1)
	binary.BigEndian.PutUint64(traceID[8:], r.Uint64()|1)
	var ids [SpansPerTrace + 1]pcommon.SpanID
	for i := 1; i <= SpansPerTrace; i++ {
		binary.BigEndian.PutUint64(ids[i][:], r.Uint64()|1)
	}
	fail := r.IntN(failEvery) == 0
	order := r.IntN(1_000_000)
	v := values{
		order:  order,
		orders: strconv.Itoa(order),
		user:   strconv.Itoa(r.IntN(200_000)),
		ip:     "10.0." + strconv.Itoa(r.IntN(250)) + "." + strconv.Itoa(r.IntN(250)),
		port:   int64(30000 + r.IntN(30000)),
		status: 200,
	}
	if fail {
		v.status = 502
	}
	begin := start.Add(time.Duration(n)*millisecond + time.Duration(r.IntN(900_000)))
	records := make([]record, 0, SpansPerTrace)
	for _, p := range plans(r, v) {
		from := pcommon.NewTimestampFromTime(begin.Add(p.start))
		to := pcommon.NewTimestampFromTime(begin.Add(p.start + p.long))
		records = append(records, record{service: p.service, trace: n, end: to, write: func(s ptrace.Span) {
			s.SetTraceID(traceID)
			s.SetSpanID(ids[p.id])
			s.SetParentSpanID(ids[p.parent])
			s.SetName(p.name)
			s.SetKind(p.kind)
			s.SetFlags(0x101) // sampled; whether the parent is remote is known
			s.SetStartTimestamp(from)
			s.SetEndTimestamp(to)
			s.Attributes().EnsureCapacity(13)
			p.attributes(s.Attributes())
			if p.id == 9 {
				link := s.Links().AppendEmpty()
				link.SetTraceID(traceID)
				link.SetSpanID(ids[8])
			}
			if fail && failing[p.id] {
				s.Status().SetCode(ptrace.StatusCodeError)
			}
			if fail && p.id == 6 {
				exception(s)
			}
		}})
	}
	return records
}

// plans lays the 12 spans out in time; every duration varies by up to a fifth.
func plans(r *rand.Rand, v values) []plan {
	vary := func(d time.Duration) time.Duration { return d + time.Duration(r.Int64N(int64(d)/5+1)) }
	total := vary(120 * millisecond)
	return []plan{
		{1, 0, frontend, "POST /api/checkout", ptrace.SpanKindServer, 0, total, func(a pcommon.Map) {
			v.httpServer(a, "/api/checkout", "/api/checkout", "shop.example.com")
		}},
		{2, 1, frontend, "POST", ptrace.SpanKindClient, 2 * millisecond, total - 4*millisecond, func(a pcommon.Map) {
			v.httpClient(a, "checkout.shop-prod.svc", "http://checkout.shop-prod.svc:8080/v1/orders/"+v.orders)
		}},
		{3, 2, checkout, "POST /v1/orders/{id}", ptrace.SpanKindServer, 4 * millisecond, total - 8*millisecond, func(a pcommon.Map) {
			v.httpServer(a, "/v1/orders/{id}", "/v1/orders/"+v.orders, "checkout.shop-prod.svc")
		}},
		{4, 3, checkout, "prepareOrder", ptrace.SpanKindInternal, 5 * millisecond, vary(3 * millisecond), v.internal},
		{5, 3, checkout, "POST", ptrace.SpanKindClient, 10 * millisecond, vary(42 * millisecond), func(a pcommon.Map) {
			v.httpClient(a, "payment.shop-prod.svc", "http://payment.shop-prod.svc:8080/charge/"+v.orders)
		}},
		{6, 5, payment, "POST /charge/{order}", ptrace.SpanKindServer, 12 * millisecond, vary(30 * millisecond), func(a pcommon.Map) {
			v.oldHTTPServer(a, "/charge/"+v.orders, "payment.shop-prod.svc")
		}},
		{7, 6, payment, "SELECT payments.cards", ptrace.SpanKindClient, 15 * millisecond, vary(20 * millisecond), v.oldDatabaseClient},
		{8, 3, checkout, "send orders", ptrace.SpanKindProducer, 55 * millisecond, vary(2 * millisecond), func(a pcommon.Map) {
			v.message(a, "send", "send", "checkout-producer-1")
		}},
		{9, 8, fraud, "process orders", ptrace.SpanKindConsumer, 80 * millisecond, vary(30 * millisecond), v.consumer},
		{10, 3, checkout, "shop.Inventory/Reserve", ptrace.SpanKindClient, 60 * millisecond, vary(25 * millisecond), func(a pcommon.Map) {
			v.rpc(a, 5001)
		}},
		{11, 10, inventory, "shop.Inventory/Reserve", ptrace.SpanKindServer, 62 * millisecond, vary(18 * millisecond), func(a pcommon.Map) {
			v.rpc(a, v.port)
		}},
		{12, 11, inventory, "HGETALL", ptrace.SpanKindClient, 64 * millisecond, vary(3 * millisecond), v.databaseClient},
	}
}

// exception is what a Java SDK records when a handler throws.
func exception(s ptrace.Span) {
	s.Status().SetMessage("card declined by issuer")
	e := s.Events().AppendEmpty()
	e.SetName("exception")
	e.SetTimestamp(s.EndTimestamp() - 1000)
	e.Attributes().PutStr("exception.type", "com.shop.payment.DeclinedException")
	e.Attributes().PutStr("exception.message", "card declined by issuer")
	e.Attributes().PutStr("exception.stacktrace", `com.shop.payment.DeclinedException: card declined by issuer
	at com.shop.payment.Charge.execute(Charge.java:88)
	at com.shop.payment.ChargeController.post(ChargeController.java:41)
	at jdk.internal.reflect.GeneratedMethodAccessor57.invoke(Unknown Source)
	at java.base/java.lang.reflect.Method.invoke(Method.java:568)
	at org.springframework.web.method.support.InvocableHandlerMethod.doInvoke(InvocableHandlerMethod.java:255)
	at org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1089)
	at org.apache.tomcat.util.threads.TaskThread$WrappingRunnable.run(TaskThread.java:63)
	at java.base/java.lang.Thread.run(Thread.java:840)`)
}
