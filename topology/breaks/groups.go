package breaks

import (
	"encoding/hex"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// groupKey is what calls of one group have in common.
type groupKey struct {
	cause          contract.BreakCause
	caller, callee topology.Party
	transport      contract.Transport
	address        string
	evidence       string
	joined         bool
}

// maxExamples bounds the examples of a group: the first, and the latest of the others.
const maxExamples = 3

// maxRefusals bounds the refusals told apart in a group; there are eight.
const maxRefusals = 8

// group counts the calls of a key.
type group struct {
	created        int64              // by the detector's clock
	calls          [numLevels]float64 // by how tightly they fit
	first, last    int64              // span time, Unix nanoseconds
	sent, received topology.Carriers
	refused        map[string]float64
	examples       []contract.BreakExample
}

// finding is one call, ready to be counted.
type finding struct {
	key            groupKey
	weight         float64
	level          int
	at             int64
	sent, received topology.Carriers
	refused        string
	example        contract.BreakExample
}

// groupTable holds groups up to a bound; what is beyond it is only counted.
// Constructor: newGroupTable.
type groupTable struct {
	byKey    map[groupKey]*group
	limit    int
	overflow float64
	now      int64 // the detector's clock
}

func newGroupTable(limit int) groupTable {
	return groupTable{byKey: map[groupKey]*group{}, limit: limit}
}

// count gives the group that the finding is in now, nil if there was no room.
func (t *groupTable) count(f *finding) *group {
	// What changes with every deployment says nothing about the cause.
	f.key.caller.Version, f.key.callee.Version = "", ""
	f.key.caller.Runtime, f.key.caller.RuntimeVersion = "", ""
	f.key.callee.Runtime, f.key.callee.RuntimeVersion = "", ""
	g := t.byKey[f.key]
	if g == nil {
		if len(t.byKey) >= t.limit && !t.makeRoom(f.at) {
			t.overflow += f.weight
			return nil
		}
		g = &group{created: t.now, first: f.at}
		t.byKey[f.key] = g
	}
	g.calls[f.level] += f.weight
	g.sent |= f.sent
	g.received |= f.received
	if f.at != 0 {
		if g.first == 0 || f.at < g.first {
			g.first = f.at
		}
		g.last = max(g.last, f.at)
	}
	if f.refused != "" && (g.refused[f.refused] > 0 || len(g.refused) < maxRefusals) {
		if g.refused == nil {
			g.refused = map[string]float64{}
		}
		g.refused[f.refused] += f.weight
	}
	f.example.At = timeOf(f.at)
	if len(g.examples) == maxExamples {
		copy(g.examples[1:], g.examples[2:])
		g.examples = g.examples[:maxExamples-1]
	}
	g.examples = append(g.examples, f.example)
	return g
}

// staleAfter is how long a group must have rested to make room for another.
const staleAfter = int64(time.Hour)

// makeRoom forgets the group that was seen last longest ago, if that is long ago.
func (t *groupTable) makeRoom(now int64) bool {
	var oldest *group
	var key groupKey
	for k, g := range t.byKey {
		if oldest == nil || g.last < oldest.last {
			oldest, key = g, k
		}
	}
	if oldest == nil || now-oldest.last < staleAfter {
		return false
	}
	delete(t.byKey, key)
	return true
}

// about is a span without a partner, caller or callee or both, for a cause.
func about(cause contract.BreakCause, caller, callee *topology.Unmatched) *finding {
	f := &finding{key: groupKey{cause: cause}}
	if callee != nil {
		f.key.callee, f.key.transport = callee.Party, callee.Transport
		f.weight, f.at, f.received, f.refused = weightOf(callee.Weight), callee.Start, callee.Carriers, callee.Refused
		f.example.CalleeTraceID, f.example.CalleeSpanID = hexOf(callee.Trace[:]), hexOf(callee.Span[:])
	}
	if caller != nil {
		f.key.caller, f.key.transport, f.key.address = caller.Party, caller.Transport, caller.Address
		f.weight, f.at, f.sent = weightOf(caller.Weight), caller.Start, caller.Carriers
		f.example.CallerTraceID, f.example.CallerSpanID = hexOf(caller.Trace[:]), hexOf(caller.Span[:])
	}
	return f
}

// to is about a caller whose callee is known by name only.
func to(cause contract.BreakCause, caller *topology.Unmatched, callee topology.NodeName) *finding {
	f := about(cause, caller, nil)
	f.key.callee = topology.Party{NodeName: callee}
	return f
}

// weightOf is how many calls a span stands for (rule T10).
func weightOf(w float64) float64 {
	if w <= 0 {
		return 1
	}
	return w
}

// hexOf is an id in hex, "" when there is none.
func hexOf(id []byte) string {
	for _, b := range id {
		if b != 0 {
			return hex.EncodeToString(id)
		}
	}
	return ""
}

func timeOf(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}
