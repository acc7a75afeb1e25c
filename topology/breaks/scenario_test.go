package breaks

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

var testStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// wait is that of the graph whose findings the scenarios script.
const wait = 10 * time.Second

// world scripts spans, and hands them to the detector when a graph would.
type world struct {
	*Detector
	t      *testing.T
	r      *rand.Rand
	events []event
	spans  uint64
}

type event struct {
	at time.Time
	do func()
}

func newWorld(t *testing.T, change func(*Limits)) *world {
	t.Helper()
	l := DefaultLimits()
	if change != nil {
		change(&l)
	}
	d, err := New(l)
	require.NoError(t, err)
	return &world{Detector: d, t: t, r: rand.New(rand.NewPCG(1, 2))}
}

func party(name string, language contract.Language) topology.Party {
	return topology.Party{NodeName: topology.NodeName{Name: name}, Language: language, SDKName: "opentelemetry", SDKVersion: "1.0"}
}

// span is an unmatched span of a service; it begins some time after testStart.
func (w *world) span(p topology.Party, kind topology.Kind, start, duration time.Duration, change func(*topology.Unmatched)) *topology.Unmatched {
	w.spans++
	u := &topology.Unmatched{
		Party: p, Kind: kind, Transport: contract.TransportHTTP,
		Start: testStart.Add(start).UnixNano(), End: testStart.Add(start + duration).UnixNano(), Weight: 1,
	}
	binary.BigEndian.PutUint64(u.Trace[8:], w.spans)
	binary.BigEndian.PutUint64(u.Span[:], w.spans)
	if change != nil {
		change(u)
	}
	return u
}

func (w *world) at(t int64, do func()) { w.events = append(w.events, event{time.Unix(0, t), do}) }

// lone is a client span without a callee: it is told when its wait is over.
func (w *world) lone(u *topology.Unmatched) *topology.Unmatched {
	u.Cause = topology.UnmatchedCaller
	delay := wait
	if u.Kind == topology.KindProducer {
		delay = 5 * time.Minute
	}
	w.at(u.End+int64(delay), func() { w.Unmatched(u) })
	return u
}

// root is an entry without a parent: it is told when it ends.
func (w *world) root(u *topology.Unmatched) {
	u.Cause = topology.UnmatchedRoot
	w.at(u.End, func() { w.Unmatched(u) })
}

// orphan is an entry whose parent never came.
func (w *world) orphan(u *topology.Unmatched) {
	u.Cause = topology.UnmatchedCallee
	u.Parent = topology.SpanID{7: 99}
	w.at(u.End+int64(wait), func() { w.Unmatched(u) })
}

// play runs the script, a tick a second, until all is decided.
func (w *world) play() contract.Breaks {
	w.t.Helper()
	now := testStart
	for range 1200 {
		for i := range w.events {
			if e := &w.events[i]; e.do != nil && !e.at.After(now) {
				e.do()
				e.do = nil
			}
		}
		w.Advance(now)
		now = now.Add(time.Second)
	}
	return w.Report(func(topology.NodeName, topology.NodeName) float64 { return 0 })
}

// found is a group as tests compare it.
type found struct {
	cause          contract.BreakCause
	caller, callee string
	calls          float64
}

func briefly(groups []contract.Break) (out []found) {
	for _, b := range groups {
		out = append(out, found{b.Cause, b.Caller.Name, b.Callee.Name, b.Calls})
	}
	return out
}

// address sets the host that was called, or asked for.
func address(a string) func(*topology.Unmatched) {
	return func(u *topology.Unmatched) { u.Address = a }
}

// toOrders is a caller whose address the graph knows as that of orders.
func toOrders(a string) func(*topology.Unmatched) {
	return func(u *topology.Unmatched) {
		u.Address, u.TargetKnown = a, true
		u.Target = topology.End{Name: "orders", Kind: contract.NodeService}
	}
}

func all(changes ...func(*topology.Unmatched)) func(*topology.Unmatched) {
	return func(u *topology.Unmatched) {
		for _, c := range changes {
			c(u)
		}
	}
}

func carriersOf(c topology.Carriers) func(*topology.Unmatched) {
	return func(u *topology.Unmatched) { u.Carriers = c }
}
