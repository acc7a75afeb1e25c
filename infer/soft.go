package infer

import "math"

// softRounds is how often the soft start divides the calls anew.
const softRounds = 8

// delayKey is a type of call of an endpoint.
type delayKey struct {
	ep  int32
	typ int16
}

// softDelays divides every call among all its candidates, in proportion to how
// often its delay is seen from each, and counts the delays again from that. Of
// the pairs that do not belong together every delay is as frequent as any other;
// of those that do, few are. So what belongs together stands out without anything
// having been assigned.
func (t *task) softDelays() map[delayKey]*density {
	now := t.countDelays(nil)
	for range softRounds {
		now = t.countDelays(now)
	}
	return now
}

// countDelays adds up the delays of calls from their candidates, each call
// weighing 1 in all: divided evenly without a before, else by it.
func (t *task) countDelays(before map[delayKey]*density) map[delayKey]*density {
	out := map[delayKey]*density{}
	var weights []float64
	for _, sc := range t.scopes {
		for j := range sc.calls {
			x := &sc.calls[j]
			if x.fixed {
				continue
			}
			weights = weights[:0]
			sum := 0.0
			for _, i := range x.candidates {
				w := sc.likelihood(before, x, &sc.requests[i])
				weights = append(weights, w)
				sum += w
			}
			for k, i := range x.candidates {
				r := &sc.requests[i]
				key := delayKey{r.ep, x.typ}
				if out[key] == nil {
					out[key] = &density{}
				}
				out[key].add(binOf(x.start-r.start), weights[k]/sum)
			}
		}
	}
	for _, d := range out {
		d.fit(false)
	}
	return out
}

// likelihood is how well delays counted before explain call x by request r: the
// number of such calls so long after such requests.
func (sc *scope) likelihood(before map[delayKey]*density, x *call, r *request) float64 {
	if before == nil {
		return 1
	}
	d := before[delayKey{r.ep, x.typ}]
	if d == nil {
		return math.SmallestNonzeroFloat64
	}
	w := d.n * math.Exp(float64(d.logp[binOf(x.start-r.start)]))
	return max(w, math.SmallestNonzeroFloat64)
}

// startSoft gives every open call, in order of start, to the request that the
// soft delays favour and that has fewest such calls among equals.
func (t *task) startSoft(delays map[delayKey]*density) {
	for _, sc := range t.scopes {
		sc.clearOpen()
		for j := range sc.calls {
			x := &sc.calls[j]
			if x.fixed {
				continue
			}
			best, most := none, 0.0
			for _, i := range x.candidates {
				r := &sc.requests[i]
				w := sc.likelihood(delays, x, r) / float64(1+sc.countOf(r, x.typ))
				if w > most {
					best, most = i, w
				}
			}
			sc.attach(int32(j), best)
		}
	}
}
