package topology

// windowSlots is how many parts the sliding window is kept in. Figures cover the
// window but for the part that is being left, so at least 5/6 of it.
const windowSlots = 6

// measure is one of the histograms of an edge.
type measure uint8

const (
	ofClient measure = iota
	ofServer
	// ofBetween is the time between the two ends: of the boundary for calls, in the
	// queue for messages (rule T7).
	ofBetween

	numMeasures
)

// tally is one of the counters of an edge besides its calls.
type tally uint8

const (
	tallyCallee    tally = iota // failed at the callee (rule T6)
	tallyCaller                 // failed, and only the caller saw it
	tallySwallowed              // failed at the callee, not passed on by the caller
	tallyJoined
	tallyInferred

	numTallies
)

// growStep is the granularity (buckets) in which a histogram grows.
const growStep = 4

// run is the contiguous run of buckets that a histogram ever hit: a caller's latencies
// span a few doublings, not all of them.
type run struct{ first, n uint16 }

// ledger holds what an edge counted. Every figure lies in a slot of the window by span
// time; what leaves the window is added to the past. The sum of both is what the edge
// counted since it was made, so a count touches one place. Constructor: newLedger.
//
// Counters of a slot lie in a row: the tallies, then the buckets of each measure.
type ledger struct {
	runs   [numMeasures]run
	rowLen uint16
	recent counts // a row a slot
	// epochs are the stretches of time of the slots: Unix nanoseconds divided by their width.
	epochs [windowSlots]int64
	// calls are those of the past, then those of each slot.
	calls [1 + windowSlots]float64
	// seconds are the exact sums of the measures since the edge was made.
	seconds [numMeasures]float64
	past    counts // one row
}

func newLedger() ledger {
	return ledger{rowLen: uint16(numTallies), past: newCounts(int(numTallies), 1), recent: newCounts(int(numTallies)*windowSlots, 1)}
}

// slot is the slot of an epoch. It is emptied when it is used anew, so an edge without
// traffic costs nothing.
func (l *ledger) slot(epoch int64) int {
	i := int(epoch % windowSlots)
	if l.epochs[i] != epoch {
		l.retire(i)
		l.epochs[i] = epoch
	}
	return i
}

// retire moves a slot's counters to the past.
func (l *ledger) retire(slot int) {
	if l.epochs[slot] == 0 {
		return
	}
	row := slot * int(l.rowLen)
	for i := range int(l.rowLen) {
		if v := l.recent.at(row + i); v != 0 {
			l.past.add(i, v)
			l.recent.set(row+i, 0)
		}
	}
	l.calls[0] += l.calls[1+slot]
	l.calls[1+slot] = 0
}

func (l *ledger) tally(slot int, t tally, weight float64) {
	l.recent.add(slot*int(l.rowLen)+int(t), weight)
}

// measure counts a duration, unless it is absent.
func (l *ledger) measure(slot int, m measure, nanos int64, weight float64) {
	if nanos == absent {
		return
	}
	l.seconds[m] += float64(nanos) / 1e9 * weight
	l.recent.add(slot*int(l.rowLen)+l.column(m, bucketOf(nanos)), weight)
}

// column is the place of a bucket in a row; room is made for it.
func (l *ledger) column(m measure, bucket int) int {
	r := &l.runs[m]
	i := bucket - int(r.first)
	if i < 0 || i >= int(r.n) {
		l.grow(m, bucket)
		i = bucket - int(r.first)
	}
	return l.start(m) + i
}

// start is where a measure's buckets start in a row.
func (l *ledger) start(m measure) int {
	at := int(numTallies)
	for i := range m {
		at += int(l.runs[i].n)
	}
	return at
}

// grow lays the rows out anew, with room for a bucket.
func (l *ledger) grow(m measure, bucket int) {
	old := *l
	r := &l.runs[m]
	first, end := int(r.first), int(r.first)+int(r.n)
	if r.n == 0 {
		first, end = bucket, bucket+1
	}
	first = min(first, bucket) / growStep * growStep
	end = min((max(end, bucket+1)+growStep-1)/growStep*growStep, numBuckets)
	*r = run{uint16(first), uint16(end - first)}
	l.rowLen = uint16(l.start(numMeasures))
	l.past = newCounts(int(l.rowLen), old.past.width)
	l.recent = newCounts(windowSlots*int(l.rowLen), old.recent.width)
	l.layOut(&l.past, &old.past, &old, 0)
	for slot := range windowSlots {
		l.layOut(&l.recent, &old.recent, &old, slot)
	}
}

// layOut copies a row from its old places to its new ones.
func (l *ledger) layOut(to, from *counts, old *ledger, row int) {
	newRow, oldRow := row*int(l.rowLen), row*int(old.rowLen)
	width := int(from.width)
	copy(to.data[newRow*width:], from.data[oldRow*width:][:int(numTallies)*width])
	for m := range numMeasures {
		if old.runs[m].n == 0 {
			continue
		}
		at := newRow + l.start(m) + int(old.runs[m].first-l.runs[m].first)
		was := oldRow + old.start(m)
		copy(to.data[at*width:], from.data[was*width:][:int(old.runs[m].n)*width])
	}
}

// total is what was counted since the edge was made.
func (l *ledger) total() float64 {
	var n float64
	for _, c := range l.calls {
		n += c
	}
	return n
}

// copyTo copies the ledger into the room of another.
func (l *ledger) copyTo(into *ledger) {
	past, recent := into.past, into.recent
	*into = *l
	l.past.copyTo(&past)
	l.recent.copyTo(&recent)
	into.past, into.recent = past, recent
}

// epochOf places a span time in the window (rule T8: windows use span time); false
// when it lies outside of it. Such a call counts as now, so that replayed or badly
// clocked spans are seen.
func (g *Graph) epochOf(spanTime int64) (epoch int64, inside bool) {
	now := g.now / g.slotWidth
	if e := spanTime / g.slotWidth; e <= now && e > now-windowSlots {
		return e, true
	}
	return now, false
}

// windowStart is where the covered part of the window begins.
func (g *Graph) windowStart() int64 { return (g.now/g.slotWidth - windowSlots + 1) * g.slotWidth }

// coveredSeconds is the time that the figures of the window stand for: less than
// the window while the graph is young, and never less than a second.
func (g *Graph) coveredSeconds() float64 {
	return max(float64(g.now-max(g.windowStart(), g.born))/1e9, 1)
}
