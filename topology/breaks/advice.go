package breaks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// advise fills in what to change, in words, and the setting where there is one.
func advise(b *contract.Break, sent, received topology.Carriers) {
	switch b.Cause {
	case contract.BreakPropagator:
		b.Change, b.Setting = adviseFormats(b, sent, received)
	case contract.BreakXRayRoot:
		b.Change = fmt.Sprintf("a load balancer sends X-Amzn-Trace-Id without a parent, which SDKs refuse: let %s read W3C first and make %s send it, or let the load balancer pass traceparent on",
			callee(b), caller(b))
		b.Setting = "OTEL_PROPAGATORS=tracecontext,baggage"
	case contract.BreakWidth:
		b.Change = fmt.Sprintf("one of the two keeps 64 bits of the trace id: make %s and %s both use 128-bit ids and W3C traceparent", caller(b), callee(b))
		b.Setting = "OTEL_PROPAGATORS=tracecontext,baggage"
	case contract.BreakMessage:
		b.Change, b.Setting = adviseMessages(b)
	case contract.BreakInProcess:
		b.Change, b.Setting = adviseProcess(b)
	case contract.BreakContext:
		b.Change, b.Setting = adviseContext(b)
	case contract.BreakNotInstrumented:
		b.Change = fmt.Sprintf("nothing at %s sends spans: instrument it, or leave it as it is when it is not yours", cmp.Or(b.Address, "the address called"))
	case contract.BreakFiltered:
		b.Change = "the context is there and a span of it is not: look for filters, tail sampling, full queues and exporters that fail between the SDK and this exporter"
	case contract.BreakNotSampled:
		b.Change = "the other side decided not to sample: give both sides a parent-based sampler"
		b.Setting = "OTEL_TRACES_SAMPLER=parentbased_traceidratio"
	case contract.BreakLate:
		b.Change = "the partner comes after the wait: raise pending.wait (pending.message_wait for messages), or find what holds its spans back"
	case contract.BreakUndecided:
		b.Change = "too few to tell, or as many roots of the callee are there when the caller is not calling: chance explains them"
	case contract.BreakUnanswered:
		b.Change = "the call failed and the callee shows no span of it: refused connections and timeouts leave none"
	case contract.BreakHop:
		b.Change = fmt.Sprintf("something between %s and %s makes spans and reports them elsewhere: export the spans of that proxy or mesh to this pipeline, or turn its tracing off so that it passes traceparent on", caller(b), callee(b))
	}
	if len(b.Refused) > 0 {
		b.Change += "; " + adviseRefused(b.Refused)
	}
}

func caller(b *contract.Break) string { return cmp.Or(b.Caller.Name, "the caller") }
func callee(b *contract.Break) string { return cmp.Or(b.Callee.Name, "the callee") }

// adviseFormats: one side sends what the other does not read.
func adviseFormats(b *contract.Break, sent, received topology.Carriers) (change, setting string) {
	arrives := received
	if arrives == 0 {
		arrives = sent
	}
	formats := strings.Join(titles(arrives), ", ")
	var names []string
	for _, c := range carriers {
		if arrives&c.bit != 0 && c.name != "" && c.bit != topology.CarrierW3C {
			names = append(names, c.name)
		}
	}
	if arrives&topology.CarrierW3C != 0 && received != 0 {
		change = fmt.Sprintf("W3C traceparent reaches %s and is not read: its SDK has no propagator for it", callee(b))
		return change + inLanguage(b.Callee.Language, callee(b)), "OTEL_PROPAGATORS=tracecontext,baggage"
	}
	if len(names) == 0 {
		change = fmt.Sprintf("%s sends %s, for which OTEL_PROPAGATORS has no name: make it send W3C traceparent as well", caller(b), formats)
		if arrives&topology.CarrierDatadog != 0 {
			return change, "DD_TRACE_PROPAGATION_STYLE=datadog,tracecontext"
		}
		return change, ""
	}
	setting = "OTEL_PROPAGATORS=" + strings.Join(slices.Concat([]string{"tracecontext", "baggage"}, names), ",")
	change = fmt.Sprintf("%s sends %s and %s does not read it: set the propagators of %s, or make %s send W3C traceparent as well",
		caller(b), formats, callee(b), callee(b), caller(b))
	return change + inLanguage(b.Callee.Language, callee(b)), setting
}

// adviseContext: no header was captured, so the languages are what there is to go by.
func adviseContext(b *contract.Break) (change, setting string) {
	change = fmt.Sprintf("the context does not get from %s to %s: make both use the same propagators", caller(b), callee(b))
	hints := inLanguage(b.Caller.Language, caller(b))
	if b.Callee.Language != b.Caller.Language {
		hints += inLanguage(b.Callee.Language, callee(b))
	}
	hints += captureHint(b.Callee.Language, callee(b))
	return change + hints, "OTEL_PROPAGATORS=tracecontext,baggage"
}

// inLanguage is what a language's SDK needs beside the variable.
func inLanguage(language, service string) string {
	switch contract.Language(language) {
	case contract.LanguageGo:
		return fmt.Sprintf("; in Go (%s) the global propagator does nothing until otel.SetTextMapPropagator is called, and OTEL_PROPAGATORS is read only by go.opentelemetry.io/contrib/propagators/autoprop", service)
	case contract.LanguageRust:
		return fmt.Sprintf("; in Rust (%s) call opentelemetry::global::set_text_map_propagator, and inject and extract where the HTTP or gRPC library has no instrumentation", service)
	case contract.LanguageCPP:
		return fmt.Sprintf("; in C++ (%s) call context::propagation::GlobalTextMapPropagator::SetGlobalPropagator, and inject and extract by hand", service)
	case contract.LanguagePHP:
		return fmt.Sprintf("; in PHP (%s) the HTTP client needs its auto-instrumentation package to inject", service)
	}
	return ""
}

// captureHint is how to make the headers seen, so that the next look says more.
func captureHint(language, service string) string {
	switch contract.Language(language) {
	case contract.LanguageJava:
		return fmt.Sprintf("; to see what arrives, set OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS=traceparent,b3,x-b3-traceid,uber-trace-id on %s", service)
	case contract.LanguagePython:
		return fmt.Sprintf("; to see what arrives, set OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST=traceparent,b3,x-b3-traceid,uber-trace-id on %s", service)
	}
	return ""
}

func adviseMessages(b *contract.Break) (change, setting string) {
	change = fmt.Sprintf("messages from %s to %s do not carry the context, or %s does not read it: inject into the headers when sending, extract or link when receiving",
		caller(b), callee(b), callee(b))
	java := string(contract.LanguageJava)
	switch {
	case b.Callee.Language == java && b.Transport == contract.TransportKafka:
		return change + "; the Java agent continues the producer's trace in its receiving spans, by a link, with", "otel.instrumentation.messaging.experimental.receive-telemetry.enabled=true"
	case b.Caller.Language == java && b.Transport == contract.TransportKafka:
		return change + "; the Java agent strips the headers when its propagation is turned off, so leave it on", "otel.instrumentation.kafka.producer-propagation.enabled=true"
	case b.Transport == contract.TransportRedisStreams || b.Transport == contract.TransportNATS:
		return change + "; this broker's instrumentations add no context: put traceparent into the message itself", ""
	}
	return change + inLanguage(b.Caller.Language, caller(b)), ""
}

func adviseProcess(b *contract.Break) (change, setting string) {
	change = fmt.Sprintf("the context is lost inside %s, between the span of a request and work handed to another thread or task", callee(b))
	switch contract.Language(b.Callee.Language) {
	case contract.LanguagePython:
		return change + ": instrument threads with opentelemetry.instrumentation.threading.ThreadingInstrumentor", ""
	case contract.LanguageJava:
		return change + ": name the executor, or include all", "otel.instrumentation.executors.include-all=true"
	case contract.LanguageNode:
		return change + ": bind callbacks of pools, queues and emitters with context.bind, and use AsyncLocalStorageContextManager", ""
	case contract.LanguageGo:
		return change + ": pass the context.Context of the request on instead of context.Background()", ""
	case contract.LanguageRust:
		return change + ": attach the context to spawned futures with FutureExt::with_context or tracing's Instrument", ""
	}
	return change + ": pass the context on with the work", ""
}

// refusals say what keeps the merge processor from joining.
var refusals = map[contract.Refusal]string{
	contract.RefusedConflict:  "two keys name different parents",
	contract.RefusedCycle:     "joining would make a cycle",
	contract.RefusedTime:      "the clocks of the two hosts disagree: synchronise them, or set repair.clock_skew",
	contract.RefusedAmbiguous: "several callers used one key within its age: lower max_age or use a key that is unique",
	contract.RefusedKeyFlood:  "the key ties more than max_fan_in pieces: it is not unique to a request",
	contract.RefusedUntrusted: "the peer is not trusted",
	contract.RefusedLate:      "the other piece had left already: raise wait",
	contract.RefusedSize:      "the joined trace would be too large",
}

func adviseRefused(refused map[string]float64) string {
	var causes []string
	for r := range refused {
		causes = append(causes, r)
	}
	slices.Sort(causes)
	for i, r := range causes {
		if why, ok := refusals[contract.Refusal(r)]; ok {
			causes[i] = r + " (" + why + ")"
		}
	}
	return "the merge processor left them apart because of " + strings.Join(causes, ", ")
}
