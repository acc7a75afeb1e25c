package replay

import "github.com/polyspan/polyspan/infer"

// recorded is a span as a file names it, before its parent is found.
type recorded struct {
	Span
	key    spanKey
	parent [8]byte
}

// spanKey is what spans are unique by in a recording: some SDKs number the spans
// of each trace from 1.
type spanKey struct {
	trace [16]byte
	id    [8]byte
}

// linker collects the spans of a recording and finds their parents once all are there.
type linker struct {
	names *Names
	spans []recorded
}

// link makes the recording. A span id that a client and a server share (Zipkin,
// and Jaeger's clients that follow it) names two spans: the server's parent is the
// client, and children go to the side of their own process.
func (l *linker) link() *Recording {
	rec := &Recording{Names: l.names}
	traces := map[[16]byte]int32{}
	byKey := make(map[spanKey][]int32, len(l.spans)) // indexes into rec.Spans; one, rarely two
	parents := make([]spanKey, 0, len(l.spans))
	for i := range l.spans {
		s := &l.spans[i]
		if rec.has(byKey[s.key], &s.Span) {
			rec.Duplicates++
			continue
		}
		number, ok := traces[s.key.trace]
		if !ok {
			number = int32(len(traces))
			traces[s.key.trace] = number
		}
		s.Trace = number
		byKey[s.key] = append(byKey[s.key], int32(len(rec.Spans)))
		rec.Spans = append(rec.Spans, s.Span)
		parents = append(parents, spanKey{trace: s.key.trace, id: s.parent})
	}
	for i := range rec.Spans {
		rec.Spans[i].Up = rec.parent(int32(i), parents[i], byKey)
	}
	for _, twins := range byKey {
		rec.linkShared(twins)
	}
	rec.cutCycles()
	rec.inferKinds()
	return rec
}

// has reports whether one of the spans with the same id is the same span.
func (r *Recording) has(twins []int32, s *Span) bool {
	for _, i := range twins {
		t := &r.Spans[i]
		if t.Kind == s.Kind && t.Start == s.Start && t.End == s.End && t.Process == s.Process {
			return true
		}
	}
	return false
}

// parent finds the span that a parent id names, -1 if there is none.
func (r *Recording) parent(i int32, key spanKey, byKey map[spanKey][]int32) int32 {
	s := &r.Spans[i]
	if key.id == ([8]byte{}) {
		return -1
	}
	found := int32(-1)
	for _, j := range byKey[key] {
		if j != i && (found < 0 || r.Spans[j].Process == s.Process) {
			found = j
		}
	}
	if found < 0 {
		s.Orphan = true
		r.Orphans++
	}
	return found
}

// linkShared hangs the server side of a shared id under its client side.
func (r *Recording) linkShared(twins []int32) {
	if len(twins) != 2 {
		return
	}
	client, server := twins[0], twins[1]
	if r.Spans[client].Kind == infer.KindServer {
		client, server = server, client
	}
	if r.Spans[client].Kind == infer.KindClient && r.Spans[server].Kind == infer.KindServer {
		if r.Spans[server].Orphan {
			r.Spans[server].Orphan = false
			r.Orphans--
		}
		r.Spans[server].Up = client
	}
}

// cutCycles makes roots of spans that are their own ancestors: no walk along
// parents may be endless, whatever a file holds.
func (r *Recording) cutCycles() {
	const unseen, onPath, done = 0, 1, 2
	state := make([]uint8, len(r.Spans))
	var path []int32
	for i := range r.Spans {
		path = path[:0]
		at := int32(i)
		for at >= 0 && state[at] == unseen {
			state[at] = onPath
			path = append(path, at)
			at = r.Spans[at].Up
		}
		if at >= 0 && state[at] == onPath {
			r.Spans[at].Up = -1
		}
		for _, j := range path {
			state[j] = done
		}
	}
}
