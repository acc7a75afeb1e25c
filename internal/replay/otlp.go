package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/infer"
)

// resourceSpans reads one element of an OTLP document's list.
func (d *documents) resourceSpans() error {
	var raw json.RawMessage
	if err := d.value(&raw); err != nil {
		return err
	}
	envelope := make([]byte, 0, len(raw)+32)
	envelope = append(envelope, `{"resourceSpans":[`...)
	envelope = append(append(envelope, raw...), ']', '}')
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(envelope)
	if err != nil {
		return fmt.Errorf("not OTLP JSON: %w", err)
	}
	for _, rs := range td.ResourceSpans().All() {
		if err := d.addResource(rs); err != nil {
			return err
		}
	}
	return nil
}

func (d *documents) addResource(rs ptrace.ResourceSpans) error {
	var process Span
	attributes := lookupAttributes(rs.Resource().Attributes())
	d.setProcess(&process, attributes("service.name"), attributes)
	for _, ss := range rs.ScopeSpans().All() {
		for _, span := range ss.Spans().All() {
			s, err := d.otlpSpan(&process, span)
			if err == nil {
				err = d.add(s)
			}
			if err != nil {
				return fmt.Errorf("span %q: %w", span.SpanID(), err)
			}
		}
	}
	return nil
}

func (d *documents) otlpSpan(process *Span, in ptrace.Span) (recorded, error) {
	s := recorded{Span: *process, key: spanKey{trace: in.TraceID(), id: in.SpanID()}, parent: in.ParentSpanID()}
	if in.TraceID().IsEmpty() || in.SpanID().IsEmpty() {
		return s, errors.New(`"traceId" and "spanId" must not be empty or zero`)
	}
	if in.StartTimestamp() > math.MaxInt64 || in.EndTimestamp() > math.MaxInt64 {
		return s, fmt.Errorf(`"startTimeUnixNano" %d and "endTimeUnixNano" %d are not nanoseconds since 1970`, in.StartTimestamp(), in.EndTimestamp())
	}
	attributes := lookupAttributes(in.Attributes())
	s.Start, s.End = int64(in.StartTimestamp()), int64(in.EndTimestamp())
	s.Operation = d.linker.names.ID(in.Name())
	if k := in.Kind(); k > 0 && k <= ptrace.SpanKindConsumer {
		s.Kind = uint8(k)
	}
	s.Peer = d.linker.names.ID(calleeOfAttributes(s.Kind, in.Attributes()))
	s.Failed = in.Status().Code() == ptrace.StatusCodeError
	s.Thread, _ = strconv.ParseUint(attributes("thread.id"), 10, 64)
	return s, nil
}

// calleeOfAttributes is what a span says it calls; who serves calls nobody.
func calleeOfAttributes(kind uint8, m pcommon.Map) string {
	var c infer.Callee
	for key, value := range m.All() {
		if rank := infer.CalleeRank(key); rank != 0 && !serverSide(kind) {
			c.Add(rank, value.AsString())
		}
	}
	return c.String()
}

func lookupAttributes(m pcommon.Map) func(key string) string {
	return func(key string) string {
		v, ok := m.Get(key)
		if !ok {
			return ""
		}
		return v.AsString()
	}
}
