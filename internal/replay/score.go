package replay

import "github.com/polyspan/polyspan/infer"

// Figures is how good a set of joins is. Shares are 0–1.
type Figures struct {
	// EndToEnd is the share of traces in which every request of every scored
	// service has exactly its own calls.
	EndToEnd float64
	// Edge is the share of calls that are with their request. See [Score].
	Edge float64
	// EndToEndAll and EdgeAll are the same over all services, also those with
	// several callers.
	EndToEndAll, EdgeAll float64

	// Spans in the replay; of these, Orphans lost their parent, Roots never had one.
	Spans, Orphans, Roots int
	// Unjoined is the share of orphans without a join, RootsJoined the share of
	// true roots that were given a parent.
	Unjoined, RootsJoined float64

	Calibration
}

// prediction is a join in the terms of the truth.
type prediction struct {
	parent     int32 // -1: none
	confidence float64
	right      bool
}

// Score compares joins at or above a confidence with the truth.
//
// For a request i at a service and a callee e, the calls that were joined to i must
// be the calls that i made: none missing, none of another request, none too many.
// A request is right if that holds for every callee, and a trace end to end if all
// its requests are. Services with more than one distinct caller are left out of
// EndToEnd and Edge, as in the original score. Where i calls e at most once, Edge
// counts (i, e) as right or wrong, as the original does. Where it calls e several
// times each call counts, and a join too many takes one right one away.
//
// Between services the request is the client span, and its calls the server spans
// that answered it.
func Score(b *Broken, joins []infer.Join, minConfidence float64) Figures {
	t := b.Truth
	predictions := b.predict(joins, minConfidence)
	f := Figures{Spans: len(b.Spans)}
	f.Orphans, f.Roots = t.orphans()
	unjoined, rootsJoined := 0, 0
	for i := range predictions {
		switch p := &predictions[i]; {
		case t.cut[i] != 0 && p.parent < 0:
			unjoined++
		case t.cut[i] == 0 && p.parent >= 0 && t.spans[i].Up < 0:
			rootsJoined++
		}
	}
	f.Unjoined, f.RootsJoined = ratio(unjoined, f.Orphans), ratio(rootsJoined, f.Roots)
	f.Calibration = calibrate(predictions, f.Orphans)
	requests := t.requests(predictions)
	crowded := t.crowded()
	f.EndToEnd, f.Edge = tally(requests, func(r *request) bool { return !r.entry || !crowded[r.service] })
	f.EndToEndAll, f.EdgeAll = tally(requests, func(*request) bool { return true })
	return f
}

// predict puts the joins beside the spans they are for. Within a process any span
// of the right request is right.
func (b *Broken) predict(joins []infer.Join, minConfidence float64) []prediction {
	out := make([]prediction, len(b.Spans))
	for i := range out {
		out[i].parent = -1
	}
	for _, j := range joins {
		child, ok := b.index[j.Child]
		parent, known := b.index[j.Parent]
		if !ok || !known || j.Confidence < minConfidence {
			continue
		}
		if b.Truth.cut[child] == infer.Within {
			parent = b.Truth.entry[parent]
		}
		out[child] = prediction{parent: parent, confidence: j.Confidence, right: b.Truth.cut[child] != 0 && b.Truth.parent[child] == parent}
	}
	return out
}
