package topology

import "github.com/polyspan/polyspan/contract"

// Origin says where a failed call failed (rule T6).
type Origin uint8

// Origins. A swallowed failure is one of the callee, too.
const (
	OriginCallee    Origin = iota // the callee's span failed
	OriginCaller                  // only the caller saw it: timeout, connection, or a callee without spans
	OriginSwallowed               // the callee failed, and what called the caller did not learn of it

	NumOrigins
)

// Sizes are the payloads of the calls whose size is known.
type Sizes struct{ Bytes, Count float64 }

func (s *Sizes) add(o *Sizes) {
	s.Bytes += o.Bytes
	s.Count += o.Count
}

// Figures are what an edge counted in a stretch of time. The zero value is empty.
type Figures struct {
	Calls float64
	// Errors are by [Origin]; swallowed ones are among the callee's.
	Errors [NumOrigins]float64
	// Evidence is by [Evidence].
	Evidence [evidenceKinds]float64
	// Client holds the caller's durations and Server the callee's. Queue is filled for
	// messages, Boundary for calls with both ends (rule T7).
	Client, Server, Boundary, Queue Histogram
	// Request and Response are the payloads.
	Request, Response Sizes
	// CriticalSeconds is the time that the callers' entry spans spent in calls over the
	// edge, EntrySeconds how long those entry spans took: their quotient is the edge's
	// share of the callers' time. Both are of a sample of the traces in the window.
	CriticalSeconds, EntrySeconds float64
}

// Failed is how many of the calls failed.
func (f *Figures) Failed() float64 { return f.Errors[OriginCallee] + f.Errors[OriginCaller] }

// reset empties the figures and keeps the room of their histograms.
func (f *Figures) reset() {
	client, server, boundary, queue := f.Client, f.Server, f.Boundary, f.Queue
	*f = Figures{}
	for _, h := range []*Histogram{&client, &server, &boundary, &queue} {
		h.reset()
	}
	f.Client, f.Server, f.Boundary, f.Queue = client, server, boundary, queue
}

// histogram is where a measure of an edge of the relation belongs.
func (f *Figures) histogram(m measure, r relation) *Histogram {
	switch {
	case m == ofClient:
		return &f.Client
	case m == ofServer:
		return &f.Server
	case r == relationMessage:
		return &f.Queue
	}
	return &f.Boundary
}

// addRow adds a row of a ledger.
func (f *Figures) addRow(l *ledger, r relation, from *counts, row int) {
	at := row * int(l.rowLen)
	f.Errors[OriginCallee] += from.at(at + int(tallyCallee))
	f.Errors[OriginCaller] += from.at(at + int(tallyCaller))
	f.Errors[OriginSwallowed] += from.at(at + int(tallySwallowed))
	joined, inferred := from.at(at+int(tallyJoined)), from.at(at+int(tallyInferred))
	f.Evidence[EvidenceJoined] += joined
	f.Evidence[EvidenceInferred] += inferred
	at += int(numTallies)
	for m := range numMeasures {
		run := l.runs[m]
		h := f.histogram(m, r)
		if run.n > 0 {
			h.widen(int(run.first), int(run.first+run.n))
		}
		into := h.Counts
		if run.n > 0 {
			into = into[int(run.first)-h.First:]
		}
		for i := range int(run.n) {
			if c := from.at(at + i); c != 0 {
				into[i] += c
			}
		}
		at += int(run.n)
	}
}

// addSlot adds a slot of the window.
func (f *Figures) addSlot(e *edge, slot int) {
	f.Calls += e.calls[1+slot]
	f.addRow(&e.ledger, e.key.relation, &e.recent, slot)
	f.Evidence[EvidencePropagated] = f.Calls - f.Evidence[EvidenceJoined] - f.Evidence[EvidenceInferred]
	f.addExtra(e.extra, slot)
}

// addTotal adds all that an edge counted since it was made.
func (f *Figures) addTotal(e *edge) {
	f.Calls += e.total()
	f.addRow(&e.ledger, e.key.relation, &e.past, 0)
	for slot := range windowSlots {
		f.addRow(&e.ledger, e.key.relation, &e.recent, slot)
	}
	f.Evidence[EvidencePropagated] = f.Calls - f.Evidence[EvidenceJoined] - f.Evidence[EvidenceInferred]
	for m := range numMeasures {
		f.histogram(m, e.key.relation).SumSeconds += e.seconds[m]
	}
	f.addExtra(e.extra, pastSlot)
	for slot := range windowSlots {
		f.addExtra(e.extra, slot)
	}
}

// addExtra adds what an edge holds of a slot beside its ledger.
func (f *Figures) addExtra(x *extra, slot int) {
	if x == nil {
		return
	}
	if x.sizes != nil {
		s := &x.sizes[1+slot]
		f.Request.add(&s.request)
		f.Response.add(&s.response)
	}
	if slot != pastSlot {
		f.CriticalSeconds += float64(x.shares[slot].critical)
		f.EntrySeconds += float64(x.shares[slot].entry)
	}
}

// quantilesOf is absent when nothing was measured.
func quantilesOf(h *Histogram) *contract.Quantiles {
	if h.Count() <= 0 {
		return nil
	}
	return &contract.Quantiles{P50: h.Quantile(0.50), P95: h.Quantile(0.95), P99: h.Quantile(0.99)}
}
