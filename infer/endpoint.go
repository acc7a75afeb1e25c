package infer

import "math"

// endpoint is what is known of one operation of one service: which calls its
// requests make, how often, when, and how they end.
type endpoint struct {
	requests float64
	calls    []*callModel // by the service's call type; nil where it never made one
	// ends is the time from the last answer (or, without calls, the start) to the
	// end of the request, by the type of the last call.
	ends gaps
	// noCalls is the log probability that a request makes no call at all.
	noCalls float64
}

// callModel is one type of call of one endpoint.
type callModel struct {
	count    [maxCount]float64 // requests by how many such calls they made
	logCount [maxCount]float64
	// logMore is the log share, of the requests that made so many such calls, of
	// those that made more.
	logMore [maxCount]float64
	// nth holds the delays of the first call of this type in a request and of the
	// others.
	nth [2]anchored
	// rest is the time from the call's end to its request's, of calls that ended
	// before it.
	rest density
	// late is how many of total calls ended after their request.
	late, total      float64
	logLate, logTidy float64
}

// maxCount bounds the calls of one type told apart by number; the last entry
// stands for all above.
const maxCount = 12

// anchor is what a call's delay is counted from.
type anchor uint8

const (
	fromRequest anchor = iota // the start of the request
	fromAnswer                // the latest answer so far: one call after another
	fromCall                  // the latest call so far: calls at once
	anchors
)

// anchored holds the delays of a call from each possible anchor, and which of
// them explains the calls seen best.
type anchored struct {
	n    float64
	best anchor
	by   [anchors]gaps
}

// gaps is a density of delays for each type of the event before.
type gaps struct {
	n    float64
	all  density
	by   []*density // by the type before, plus one; 0 is the request's start
	logp []float32  // log probability of that type before
}

func (g *gaps) add(before int16, bin int, weight float64) {
	i := int(before) + 1
	for len(g.by) <= i {
		g.by = append(g.by, nil)
		g.logp = append(g.logp, 0)
	}
	if g.by[i] == nil {
		g.by[i] = &density{}
	}
	g.by[i].add(bin, weight)
	g.all.add(bin, weight)
	g.n += weight
}

// fit prepares the logarithms and returns the log likelihood of what was added.
func (g *gaps) fit(coarse bool) float64 {
	g.all.fit(coarse)
	total := 0.0
	for i, d := range g.by {
		if d == nil {
			g.logp[i] = float32(math.Log(0.1 / (g.n + 1)))
			continue
		}
		g.logp[i] = float32(math.Log((d.n + 0.1) / (g.n + 1)))
		total += d.fit(coarse) + d.n*float64(g.logp[i])
	}
	return total
}

// at is the log density of a delay after an event of type before.
func (g *gaps) at(before int16, bin int) float64 {
	i := int(before) + 1
	if i >= len(g.by) || g.by[i] == nil {
		return float64(g.all.logp[bin]) + math.Log(0.1/(g.n+1))
	}
	return float64(g.by[i].logp[bin] + g.logp[i])
}

func (g *gaps) scale(f float64) {
	g.n *= f
	g.all.scale(f)
	for _, d := range g.by {
		if d != nil {
			d.scale(f)
		}
	}
}

// learn adds one request of weight w, described by its features.
func (e *endpoint) learn(f *features, w float64) {
	e.requests += w
	for i := range f.calls {
		x := &f.calls[i]
		for int(x.typ) >= len(e.calls) {
			e.calls = append(e.calls, nil)
		}
		c := e.calls[x.typ]
		if c == nil {
			c = &callModel{}
			e.calls[x.typ] = c
		}
		a := &c.nth[min(x.nth, 1)]
		a.n += w
		a.by[fromRequest].add(startType, x.bin[fromRequest], w)
		a.by[fromAnswer].add(x.answerType, x.bin[fromAnswer], w)
		a.by[fromCall].add(x.callType, x.bin[fromCall], w)
		c.total += w
		if x.late {
			c.late += w
		} else {
			c.rest.add(x.rest, w)
		}
		if n := f.counts[x.typ]; x.nth == n-1 {
			c.count[min(n, maxCount-1)] += w
		}
	}
	e.ends.add(f.endType, f.endBin, w)
}

// fit prepares the endpoint for scoring.
func (e *endpoint) fit(coarse bool) {
	e.noCalls = 0
	for _, c := range e.calls {
		if c != nil {
			c.fit(e.requests, coarse)
			e.noCalls += c.logCount[0]
		}
	}
	e.ends.fit(coarse)
}

func (c *callModel) fit(requests float64, coarse bool) {
	// A request makes an unseen number of calls with the probability of about one
	// in all seen, spread so that each further call is rarer.
	some := 0.0
	for _, n := range c.count[1:] {
		some += n
	}
	for k := range c.count {
		n := c.count[k]
		if k == 0 {
			n = max(requests-some, 0)
		}
		c.logCount[k] = math.Log((n + math.Ldexp(0.5, -k)) / (requests + 1))
	}
	atLeast := 0.0
	for k := maxCount - 1; k >= 0; k-- {
		more := atLeast
		atLeast += math.Exp(c.logCount[k])
		c.logMore[k] = math.Log(max(more, math.SmallestNonzeroFloat64) / atLeast)
	}
	c.logMore[maxCount-1] = math.Log(0.5)
	for i := range c.nth {
		a := &c.nth[i]
		if a.n == 0 {
			continue
		}
		best := math.Inf(-1)
		for k := range a.by {
			if ll := a.by[k].fit(coarse); ll > best {
				best, a.best = ll, anchor(k)
			}
		}
	}
	c.rest.fit(coarse)
	c.logLate = math.Log((c.late + 0.02) / (c.total + 1))
	c.logTidy = math.Log((c.total - c.late + 0.98) / (c.total + 1))
}

// scale forgets: what was learned counts f times as much from now on.
func (e *endpoint) scale(f float64) {
	e.requests *= f
	e.ends.scale(f)
	for _, c := range e.calls {
		if c == nil {
			continue
		}
		for k := range c.count {
			c.count[k] *= f
		}
		c.late *= f
		c.rest.scale(f)
		c.total *= f
		for i := range c.nth {
			c.nth[i].n *= f
			for k := range c.nth[i].by {
				c.nth[i].by[k].scale(f)
			}
		}
	}
}
