package breaks

import (
	"errors"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// Limits bound a detector; [DefaultLimits] are good for most.
type Limits struct {
	// MaxEntries bounds the entries without a caller that are remembered, at about 130
	// bytes each; one service may take an eighth.
	MaxEntries int
	// MaxLone bounds the callers that wait for their decision.
	MaxLone int
	// MaxGroups bounds the groups of breaks, and those of other causes, each.
	MaxGroups int
	// Keep is how long an entry is remembered: longer than the graph waits for callees.
	Keep time.Duration
	// KeepMessages is the same for receivers of messages.
	KeepMessages time.Duration
}

// DefaultLimits suit the graph's own: some 5 MB when all is used.
func DefaultLimits() Limits {
	return Limits{
		MaxEntries:   16384,
		MaxLone:      4096,
		MaxGroups:    256,
		Keep:         30 * time.Second,
		KeepMessages: 6 * time.Minute,
	}
}

// settle is how long a lone caller waits before it is decided, so that entries which
// come a little later than their caller expires still count.
const settle = 5 * time.Second

// Detector finds breaks. Make one with [New].
type Detector struct {
	limits Limits
	now    int64 // Unix nanoseconds, moved by Advance only
	since  int64 // the clock at the first Advance
	forgot int64 // when old entries were dropped last

	entries   entryTable
	addresses addressBook
	lone      waitingQueue // callers
	orphans   waitingQueue // entries whose parent never came
	messages  messageTable
	pairs     map[pairKey]*pair
	groups    groupTable // breaks, healed or not
	explained groupTable
	verdicts  verdicts
}

// New makes a detector that has seen nothing.
func New(l Limits) (*Detector, error) {
	if l.MaxEntries < 8 || l.MaxLone < 1 || l.MaxGroups < 1 || l.Keep <= settle || l.KeepMessages < l.Keep {
		return nil, errors.New("limits of the break detector must be positive, what is kept longer than 5s, messages longer than calls")
	}
	return &Detector{
		limits:    l,
		entries:   newEntryTable(l),
		addresses: newAddressBook(),
		lone:      newWaitingQueue(l.MaxLone),
		orphans:   newWaitingQueue(l.MaxLone),
		messages:  newMessageTable(),
		pairs:     map[pairKey]*pair{},
		groups:    newGroupTable(l.MaxGroups),
		explained: newGroupTable(l.MaxGroups),
		verdicts:  newVerdicts(l.MaxLone),
	}, nil
}

// Unmatched takes a span without its partner. One that was let go early for want of
// room says nothing, nor does one whose times cannot be believed.
func (d *Detector) Unmatched(u *topology.Unmatched) {
	if u.Evicted || u.Start == 0 || Dull(u) {
		return
	}
	switch {
	case u.Cause == topology.UnmatchedCaller && u.Kind == topology.KindProducer:
		d.messages.sent(u)
	case u.Cause == topology.UnmatchedCaller:
		d.lone.push(u, d.now)
	case u.Cause == topology.UnmatchedCallee:
		d.orphans.push(u, d.now)
	case u.Kind == topology.KindConsumer:
		d.addresses.see(destinationOf(u), u.Party.NodeName, d.now)
		d.messages.received(u)
	default:
		d.addresses.seeHost(u.Address, u.Party.NodeName, d.now)
		d.entries.add(u, d.now)
	}
}

// Dull reports whether a span can be no finding: databases send no spans, and nobody
// expects them to.
func Dull(u *topology.Unmatched) bool {
	return u.Cause == topology.UnmatchedCaller && u.Target.Kind == contract.NodeDatabase
}

// Missed says that so many spans up to now were not told of: of callers from before
// nothing can be said, for their callees may be among them.
func (d *Detector) Missed(spans float64) {
	d.groups.overflow += spans
	d.entries.gap = d.now
}

// Late takes a pair that came together after the wait: neither end is a finding, and
// what was made of the first is taken back.
func (d *Detector) Late(l *topology.Late) {
	for _, q := range [...]*waitingQueue{&d.lone, &d.orphans} {
		if w := q.find(l.Trace, func(w *waiting) bool { return w.Party == l.Caller || w.Party == l.Callee }); w != nil {
			w.decided = true
		}
	}
	d.verdicts.takeBack(l.Trace, l.Caller)
	d.explained.count(&finding{
		key:    groupKey{cause: contract.BreakLate, caller: l.Caller, callee: l.Callee, transport: l.Real.Transport},
		weight: 1, at: l.At, example: contract.BreakExample{CallerTraceID: hexOf(l.Trace[:]), CalleeTraceID: hexOf(l.Trace[:])},
	})
}

// Repaired takes a pair that the merge processor put together: a break, healed.
func (d *Detector) Repaired(r *topology.Repaired) {
	cause := causeOfEvidence(r)
	if cause == "" {
		return
	}
	f := finding{
		key:    groupKey{cause: cause, caller: r.Caller, callee: r.Callee, transport: r.Transport, evidence: r.Evidence, joined: true},
		weight: weightOf(r.Weight), at: r.Start,
		example: contract.BreakExample{
			CallerTraceID: hexOf(r.Trace[:]), CallerSpanID: hexOf(r.CallerSpan[:]),
			CalleeTraceID: hexOf(r.Trace[:]), CalleeSpanID: hexOf(r.CalleeSpan[:]),
		},
	}
	if cause == contract.BreakFiltered {
		f.key.joined = false
		d.explained.count(&f)
		return
	}
	d.groups.count(&f)
}

// Advance moves the clock: callers that have waited long enough are decided, and what
// is older than it is kept is forgotten. A clock that goes backwards stands still.
func (d *Detector) Advance(now time.Time) {
	d.now = max(d.now, now.UnixNano())
	d.groups.now, d.explained.now = d.now, d.now
	if d.since == 0 {
		d.since = d.now
	}
	for c := d.lone.due(d.now - int64(settle)); c != nil; c = d.lone.due(d.now - int64(settle)) {
		d.decide(c)
	}
	for o := d.orphans.due(d.now - int64(settle)); o != nil; o = d.orphans.due(d.now - int64(settle)) {
		d.decideOrphan(o)
	}
	for m := d.messages.due(d.now - int64(d.limits.KeepMessages)); m != nil; m = d.messages.due(d.now - int64(d.limits.KeepMessages)) {
		d.decideMessages(m)
	}
	if d.now-d.forgot >= int64(settle) {
		d.forgot = d.now
		d.entries.forget(d.now)
		d.forgetPairs()
	}
}
