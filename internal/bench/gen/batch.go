package gen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Options of a set of batches.
type Options struct {
	Seed uint64
	// Start of the first trace; each later one starts 1 ms after the one before.
	Start time.Time
	// Batches in the set, and whole traces per batch.
	Batches, Traces int
	// Copies of the five services, told apart by a suffix; 0 is one without suffix.
	Copies int
	// Spread hands the services of one trace to this many consecutive batches, as
	// every service's SDK exports by itself; 0 and 1 keep a trace in one batch.
	Spread int
}

// Batches builds the set. Within a batch there is one resource per service;
// spans are in the order of their ends, those of many traces interleaved. The
// result went over the wire once, so every string is an allocation of its own as
// in a running collector.
func Batches(o Options) ([]ptrace.Traces, error) {
	r := rand.New(rand.NewPCG(o.Seed, 0x9e3779b97f4a7c15))
	parts := make([][]record, o.Batches)
	spread := max(o.Spread, 1)
	for t := range o.Batches * o.Traces {
		for _, rec := range oneTrace(r, o.Start, t) {
			p := (t/o.Traces + rec.service%spread) % o.Batches
			parts[p] = append(parts[p], rec)
		}
	}
	out := make([]ptrace.Traces, o.Batches)
	for i, records := range parts {
		td, err := overTheWire(assemble(records, max(o.Copies, 1), o.Seed))
		if err != nil {
			return nil, fmt.Errorf("batch %d: %w", i, err)
		}
		out[i] = td
	}
	return out, nil
}

func assemble(records []record, copies int, seed uint64) ptrace.Traces {
	slices.SortStableFunc(records, func(a, b record) int { return int(int64(a.end) - int64(b.end)) })
	td := ptrace.NewTraces()
	type key struct{ service, copy int }
	spans := map[key]ptrace.SpanSlice{}
	for _, rec := range records {
		k := key{rec.service, rec.trace % copies}
		dst, ok := spans[k]
		if !ok {
			dst = addResource(td, services[k.service], k.copy, seed)
			spans[k] = dst
		}
		rec.write(dst.AppendEmpty())
	}
	return td
}

// addResource appends a service; copy 0 has its plain name.
func addResource(td ptrace.Traces, s service, number int, seed uint64) ptrace.SpanSlice {
	name := s.name
	if number > 0 {
		name += "-" + strconv.Itoa(number)
	}
	rs := td.ResourceSpans().AppendEmpty()
	rs.SetSchemaUrl(s.schema)
	s.resource(rs.Resource().Attributes(), name, seed)
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName(s.scope)
	ss.Scope().SetVersion(s.scopeVersion)
	return ss.Spans()
}

func overTheWire(td ptrace.Traces) (ptrace.Traces, error) {
	data, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		return ptrace.Traces{}, err
	}
	return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(data)
}
