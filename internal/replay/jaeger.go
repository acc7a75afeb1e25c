package replay

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/polyspan/polyspan/infer"
)

// jaegerTrace is a trace as Jaeger's query API and UI write it.
type jaegerTrace struct {
	TraceID   string                   `json:"traceID"`
	Spans     []jaegerSpan             `json:"spans"`
	Processes map[string]jaegerProcess `json:"processes"`
}

type jaegerSpan struct {
	TraceID       string            `json:"traceID"`
	SpanID        string            `json:"spanID"`
	ParentSpanID  string            `json:"parentSpanID"` // of old versions
	OperationName string            `json:"operationName"`
	References    []jaegerReference `json:"references"`
	StartTime     int64             `json:"startTime"` // Unix µs
	Duration      int64             `json:"duration"`  // µs
	Tags          []jaegerTag       `json:"tags"`
	ProcessID     string            `json:"processID"`
	Process       *jaegerProcess    `json:"process"` // in place of ProcessID
}

type jaegerReference struct {
	RefType string `json:"refType"`
	TraceID string `json:"traceID"`
	SpanID  string `json:"spanID"`
}

type jaegerProcess struct {
	ServiceName string      `json:"serviceName"`
	Tags        []jaegerTag `json:"tags"`
}

type jaegerTag struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// text is the tag's value as a string, whatever its JSON type.
func (t *jaegerTag) text() string {
	var s string
	if json.Unmarshal(t.Value, &s) == nil {
		return s
	}
	return string(t.Value)
}

func (d *documents) jaegerTrace() error {
	var t jaegerTrace
	if err := d.value(&t); err != nil {
		return err
	}
	return d.addJaeger(&t)
}

func (d *documents) addJaeger(t *jaegerTrace) error {
	for i := range t.Spans {
		s, err := d.jaegerSpan(t, &t.Spans[i])
		if err == nil {
			err = d.add(s)
		}
		if err != nil {
			return fmt.Errorf("span %q: %w", t.Spans[i].SpanID, err)
		}
	}
	return nil
}

func (d *documents) jaegerSpan(t *jaegerTrace, in *jaegerSpan) (recorded, error) {
	var s recorded
	var ok bool
	trace := in.TraceID
	if trace == "" {
		trace = t.TraceID
	}
	if s.key.trace, ok = wideID(trace); !ok || s.key.trace == ([16]byte{}) {
		return s, fmt.Errorf(`"traceID" must be up to 32 hexadecimal digits, not %q`, trace)
	}
	if s.key.id, ok = narrowID(in.SpanID); !ok || s.key.id == ([8]byte{}) {
		return s, fmt.Errorf(`"spanID" must be up to 16 hexadecimal digits, not %q`, in.SpanID)
	}
	if s.parent, ok = narrowID(in.parent(trace)); !ok {
		return s, fmt.Errorf("the parent's id must be up to 16 hexadecimal digits, not %q", in.parent(trace))
	}
	const maxMicros = 1<<63/1000 - 1
	if in.StartTime < 0 || in.Duration < 0 || in.StartTime > maxMicros-in.Duration {
		return s, fmt.Errorf(`"startTime" %d and "duration" %d are not microseconds since 1970`, in.StartTime, in.Duration)
	}
	process, ok := t.Processes[in.ProcessID]
	if in.Process != nil {
		process, ok = *in.Process, true
	}
	if !ok {
		return s, fmt.Errorf(`"processID" %q is not among the trace's processes`, in.ProcessID)
	}
	s.Start, s.End = in.StartTime*1000, (in.StartTime+in.Duration)*1000
	s.Operation = d.linker.names.ID(in.OperationName)
	d.setProcess(&s.Span, process.ServiceName, lookupTags(process.Tags))
	tags := lookupTags(in.Tags)
	s.Kind = kindOf(tags("span.kind"))
	s.Peer = d.linker.names.ID(in.callee(s.Kind))
	s.Failed = tags("error") == "true" || strings.EqualFold(tags("otel.status_code"), "ERROR")
	s.Thread, _ = strconv.ParseUint(tags("thread.id"), 10, 64)
	return s, nil
}

// parent is the id of the first CHILD_OF in the same trace, else of the first
// FOLLOWS_FROM.
func (s *jaegerSpan) parent(trace string) string {
	follows := s.ParentSpanID
	for _, r := range s.References {
		switch {
		case r.TraceID != "" && r.TraceID != trace:
		case r.RefType == "CHILD_OF":
			return r.SpanID
		case follows == "":
			follows = r.SpanID
		}
	}
	return follows
}

// callee is what the span's tags say it calls; who serves calls nobody.
func (s *jaegerSpan) callee(kind uint8) string {
	var c infer.Callee
	for i := range s.Tags {
		if rank := infer.CalleeRank(s.Tags[i].Key); rank != 0 && !serverSide(kind) {
			c.Add(rank, s.Tags[i].text())
		}
	}
	return c.String()
}

func lookupTags(tags []jaegerTag) func(key string) string {
	return func(key string) string {
		for i := range tags {
			if tags[i].Key == key {
				return tags[i].text()
			}
		}
		return ""
	}
}
