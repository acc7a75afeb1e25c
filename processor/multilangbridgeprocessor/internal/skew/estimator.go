package skew

import (
	"slices"
	"time"
)

// Host identifies a clock; 0 is unknown.
type Host uint32

// Interval is the time of a span in Unix nanoseconds.
type Interval struct{ Start, End int64 }

func (i Interval) middle() int64 { return i.Start + (i.End-i.Start)/2 }

func (i Interval) length() int64 { return i.End - i.Start }

const (
	// Window is how old a sample may be.
	Window = 5 * time.Minute
	// MaxPairs bounds the pairs of hosts that are known.
	MaxPairs = 4096

	samplesPerPair = 256
	minSamples     = 8
	// agreeing is the share of contained spans, in percent, from which on two
	// clocks are taken to agree.
	agreeing = 90
	// maxOffset is the largest distance that is taken for skew; beyond it one of the
	// times is wrong.
	maxOffset = 48 * time.Hour
	// refresh is how long a median, and the shifts derived from it, stay good.
	refresh = time.Second
)

type pairKey struct{ caller, callee Host }

type sample struct {
	at, offset, slack int64
	contained         bool
}

type pair struct {
	samples [samplesPerPair]sample
	n       int // samples ever taken
	offset  int64
	slack   int64
	known   bool
	good    int64 // until when offset and known need no new look
}

// Estimator holds the samples; see the package comment. Make one with New.
type Estimator struct {
	pairs  map[pairKey]*pair
	shifts map[Host]int64
	good   int64 // until when shifts are good
	swept  int64
}

// New makes an Estimator that knows nothing.
func New() *Estimator {
	return &Estimator{pairs: map[pairKey]*pair{}, shifts: map[Host]int64{}}
}

// Pairs is the number of pairs known.
func (e *Estimator) Pairs() int { return len(e.pairs) }

// Add takes a call in. Calls within a host, callees longer than their caller
// (asynchronous) and impossible times say nothing and are left out.
func (e *Estimator) Add(now int64, caller, callee Host, parent, child Interval) {
	if caller == 0 || callee == 0 || caller == callee || parent.Start <= 0 || child.Start <= 0 ||
		parent.length() <= 0 || child.length() < 0 || child.length() > parent.length() {
		return
	}
	offset := child.middle() - parent.middle()
	if offset > int64(maxOffset) || offset < -int64(maxOffset) {
		return
	}
	key := pairKey{caller, callee}
	p, ok := e.pairs[key]
	if !ok {
		if len(e.pairs) >= MaxPairs && !e.sweep(now) {
			return
		}
		p = &pair{}
		e.pairs[key] = p
	}
	p.samples[p.n%samplesPerPair] = sample{now, offset, (parent.length() - child.length()) / 2, child.Start >= parent.Start && child.End <= parent.End}
	p.n++
}

// Offset is how far the callee's clock is ahead of the caller's, in nanoseconds;
// false while too few calls were seen.
func (e *Estimator) Offset(now int64, caller, callee Host) (int64, bool) {
	p, ok := e.pairs[pairKey{caller, callee}]
	if !ok {
		return 0, false
	}
	p.look(now)
	return p.offset, p.known
}

// Between is how far one host's clock is ahead of another's, whichever of them calls
// the other, and how wrong that may be; false while too few calls were seen.
func (e *Estimator) Between(now int64, from, to Host) (offset, uncertainty int64, known bool) {
	if p, ok := e.pairs[pairKey{from, to}]; ok {
		p.look(now)
		if p.known {
			return p.offset, p.slack, true
		}
	}
	if p, ok := e.pairs[pairKey{to, from}]; ok {
		p.look(now)
		return -p.offset, p.slack, p.known
	}
	return 0, 0, false
}

// look renews the median when it is old.
func (p *pair) look(now int64) {
	if now < p.good {
		return
	}
	p.good = now + int64(refresh)
	var offsets, slacks [samplesPerPair]int64
	n, contained := 0, 0
	for _, s := range p.samples[:min(p.n, samplesPerPair)] {
		if s.at < now-int64(Window) {
			continue
		}
		offsets[n], slacks[n] = s.offset, s.slack
		n++
		if s.contained {
			contained++
		}
	}
	p.known = n >= minSamples
	// The middles are off by at most half of what the caller took longer; what most
	// calls stay under is the uncertainty.
	slices.Sort(slacks[:n])
	if n > 0 {
		p.slack = slacks[n*9/10]
	}
	switch {
	case !p.known, contained*100 >= n*agreeing:
		p.offset = 0
	default:
		slices.Sort(offsets[:n])
		p.offset = offsets[n/2]
	}
}

// sweep forgets pairs without a sample in the window, at most once a refresh. It
// reports whether there is room.
func (e *Estimator) sweep(now int64) bool {
	if now < e.swept+int64(refresh) {
		return false
	}
	e.swept = now
	for key, p := range e.pairs {
		if p.samples[(p.n-1)%samplesPerPair].at < now-int64(Window) {
			delete(e.pairs, key)
		}
	}
	return len(e.pairs) < MaxPairs
}

// Shift is what is to be added to a host's times to bring them to the clock of
// the reference host of all hosts that it is tied to by calls: the one that calls
// most others, ties broken by its number. It is 0 where nothing is known.
func (e *Estimator) Shift(now int64, h Host) int64 {
	if now >= e.good {
		e.good = now + int64(refresh)
		e.tie(now)
	}
	return e.shifts[h]
}

type neighbour struct {
	host   Host
	offset int64 // of the neighbour's clock against this one's
}

// tie walks each group of hosts from its reference and adds up offsets.
func (e *Estimator) tie(now int64) {
	near := map[Host][]neighbour{}
	calls := map[Host]int{}
	for key, p := range e.pairs {
		p.look(now)
		if !p.known {
			continue
		}
		near[key.caller] = append(near[key.caller], neighbour{key.callee, p.offset})
		near[key.callee] = append(near[key.callee], neighbour{key.caller, -p.offset})
		calls[key.caller]++
		calls[key.callee]--
	}
	hosts := make([]Host, 0, len(near))
	for h := range near {
		hosts = append(hosts, h)
		slices.SortFunc(near[h], func(a, b neighbour) int { return int(int64(a.host) - int64(b.host)) })
	}
	slices.SortFunc(hosts, func(a, b Host) int {
		if calls[a] != calls[b] {
			return calls[b] - calls[a]
		}
		return int(int64(a) - int64(b))
	})
	clear(e.shifts)
	for _, reference := range hosts {
		if _, done := e.shifts[reference]; done {
			continue
		}
		e.shifts[reference] = 0
		for queue := []Host{reference}; len(queue) > 0; queue = queue[1:] {
			from := queue[0]
			for _, n := range near[from] {
				if _, done := e.shifts[n.host]; !done {
					e.shifts[n.host] = e.shifts[from] - n.offset
					queue = append(queue, n.host)
				}
			}
		}
	}
}
