package merge

import "time"

// Tolerances of M7.
const (
	// sameClockTolerance is between spans of one clock.
	sameClockTolerance = int64(time.Millisecond)
	// crossClockTolerance is what is allowed between two hosts on top of what is known
	// of their clocks: grids of a millisecond on either side.
	crossClockTolerance = 2 * int64(time.Millisecond)
	// strangeClockTolerance is how far clocks that have not been compared may be apart
	// for the times of a key's spans to say anything: more than synchronised hosts are.
	strangeClockTolerance = 10 * int64(time.Millisecond)
)

// impossible reports whether the parent starts after the entry, by one clock or by
// two whose offset is known, within its uncertainty (M7). Clocks that have not been
// compared yet may be apart by any amount; but lengths are the same by every clock,
// and a parent that seems to start too late must at least be a call that waits for a
// callee, and as long as the entry.
func (v *solver) impossible(entry, parent int32) bool {
	e, p := v.s.recs.at(entry), v.s.recs.at(parent)
	if late, known := v.byClock(e, p); known {
		return late
	}
	return p.start > e.start && longer(e, p) || p.start > e.start+strangeClockTolerance && !callsOthers(p)
}

// callsOthers reports whether a span of the kind has a callee.
func callsOthers(p *rec) bool {
	return p.kind == kindClient && p.flags&recNoCallee == 0 || p.kind == kindProducer
}

// longer reports whether the entry takes longer than a parent that waits for it. A
// call that failed may have been given up, and nobody waits for who reads a message.
func longer(e, p *rec) bool {
	return p.kind != kindProducer && !givenUp(p) && e.end-e.start > p.end-p.start+crossClockTolerance
}

// givenUp reports whether the span is a call that may have ended before its callee.
func givenUp(p *rec) bool { return p.kind == kindClient && p.flags&recFailed != 0 }

// byClock reports whether the parent starts after the entry, as far as it is known
// how the two clocks stand.
func (v *solver) byClock(e, p *rec) (late, known bool) {
	start, tolerance, known := v.startBy(e, p)
	return p.start > start+tolerance, known
}

// startBy is the start of a span by the clock of another, and how wrong that may be;
// false if their clocks have not been compared.
func (v *solver) startBy(e, by *rec) (start, tolerance int64, known bool) {
	if e.host != 0 && e.host == by.host {
		return e.start, sameClockTolerance, true
	}
	if v.s.clocks == nil {
		return e.start, strangeClockTolerance, false
	}
	offset, uncertainty, known := v.s.clocks.Between(v.s.now, by.host, e.host)
	if !known {
		return e.start, strangeClockTolerance, false
	}
	return e.start - offset, uncertainty + crossClockTolerance, true
}

// near reports whether the entry starts while the calling span lasts, as far as
// their clocks can be trusted.
func (v *solver) near(e, call *rec) bool {
	start, tolerance, _ := v.startBy(e, call)
	return call.start <= start+tolerance && start <= call.end+tolerance
}

// fits reports whether all that is known of their times allows a span to be the
// parent of an entry by a key: a call lasts while its callee begins and is no
// shorter, everything else starts first. A call that failed may be shorter, so that
// its start has to tell more.
func (v *solver) fits(e, p *rec) bool {
	start, tolerance, known := v.startBy(e, p)
	switch {
	case p.kind != kindClient:
		return p.start <= start+tolerance
	case givenUp(p) && !known:
		return p.start <= start+crossClockTolerance && start <= p.end+tolerance
	default:
		return v.near(e, p) && !longer(e, p)
	}
}
