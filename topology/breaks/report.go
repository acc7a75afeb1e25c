package breaks

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// Calls tells how many calls from one node to another the graph has counted.
type Calls func(caller, callee topology.NodeName) float64

// Report gives what was found up to the last [Detector.Advance].
func (d *Detector) Report(total Calls) contract.Breaks {
	out := contract.Breaks{
		Version:   contract.BreaksVersion,
		AsOf:      time.Unix(0, d.now).UTC(),
		Since:     timeOf(d.since),
		Breaks:    []contract.Break{},
		Explained: []contract.Break{},
		Overflow:  d.groups.overflow + d.explained.overflow,
	}
	for key, g := range d.groups.byKey {
		sure, calls, doubt := d.judge(&key, g)
		if calls > 0 {
			b := g.draw(&key, calls, total)
			b.Confidence = sure
			advise(&b, g.sent|carrierOfEvidence(contract.Evidence(key.evidence)), g.received)
			out.Breaks = append(out.Breaks, b)
		}
		if doubt > 0 {
			// Chance explains these: the callee is there, and spans of it are not.
			b := g.draw(&key, doubt, total)
			b.Cause = contract.BreakUndecided
			advise(&b, 0, 0)
			out.Explained = append(out.Explained, b)
		}
	}
	for key, g := range d.explained.byKey {
		if g.calls[tight] <= 0 {
			continue // all were late
		}
		b := g.draw(&key, g.calls[tight], total)
		advise(&b, g.sent, g.received)
		out.Explained = append(out.Explained, b)
	}
	slices.SortFunc(out.Breaks, compareBreaks)
	slices.SortFunc(out.Explained, compareBreaks)
	return out
}

// judge gives the calls of a group that are a break and how sure that is, and those
// that are in doubt.
func (d *Detector) judge(key *groupKey, g *group) (confidence, calls, doubt float64) {
	for level, n := range g.calls {
		sure := d.confidence(key, level)
		switch {
		case n == 0:
		case sure < minConfidence:
			doubt += n
		default:
			confidence = (confidence*calls + sure*n) / (calls + n)
			calls += n
		}
	}
	return confidence, calls, doubt
}

// confidence is 1 of what was joined by exact evidence; what was inferred is no surer
// than the inference.
func (d *Detector) confidence(key *groupKey, level int) float64 {
	switch {
	case key.joined && strings.HasPrefix(key.evidence, "inferred."):
		return inferredConfidence
	case key.joined:
		return 1
	}
	p := d.pairs[pairKey{caller: key.caller.NodeName, callee: key.callee.NodeName, transport: key.transport}]
	switch {
	case p == nil:
		return 0
	case p.messages:
		return p.messageConfidence()
	}
	return p.levels[level].confidence(d.entries.claimedShare(key.callee.NodeName, p.address))
}

// inferredConfidence is the least with which the merge processor infers by default.
const inferredConfidence = 0.95

// Kind is what metrics tell breaks apart by.
type Kind struct {
	Caller, Callee topology.NodeName
	Transport      contract.Transport
	Cause          contract.BreakCause
	Joined         bool
}

// Total is what a kind of break has counted since it was first seen.
type Total struct {
	Calls   float64
	Created time.Time
}

// Totals counts the calls of breaks, without those explained otherwise.
func (d *Detector) Totals() map[Kind]Total {
	sums := map[Kind]Total{}
	for key, g := range d.groups.byKey {
		_, calls, _ := d.judge(&key, g)
		if calls == 0 {
			continue
		}
		kind := Kind{
			Caller: key.caller.NodeName, Callee: key.callee.NodeName,
			Transport: key.transport, Cause: key.cause, Joined: key.joined,
		}
		sum := sums[kind]
		if created := timeOf(g.created); sum.Calls == 0 || created.Before(sum.Created) {
			sum.Created = created
		}
		sum.Calls += calls
		sums[kind] = sum
	}
	return sums
}

func (g *group) draw(key *groupKey, calls float64, total Calls) contract.Break {
	b := contract.Break{
		Cause:     key.cause,
		Caller:    endOf(&key.caller),
		Callee:    endOf(&key.callee),
		Transport: key.transport,
		Address:   key.address,
		Joined:    key.joined,
		Evidence:  key.evidence,
		Sent:      titles(g.sent),
		Received:  titles(g.received),
		Calls:     calls,
		FirstSeen: timeOf(g.first),
		LastSeen:  timeOf(g.last),
		Examples:  slices.Clone(g.examples),
	}
	if len(g.refused) > 0 {
		b.Refused = maps.Clone(g.refused)
	}
	if key.caller.Name != "" && key.callee.Name != "" {
		share := calls / max(total(key.caller.NodeName, key.callee.NodeName), calls)
		b.ShareOfEdge = &share
	}
	return b
}

func endOf(p *topology.Party) contract.BreakEnd {
	return contract.BreakEnd{
		Namespace: p.Namespace, Name: p.Name, Language: string(p.Language),
		SDK: p.SDKName, SDKVersion: p.SDKVersion, Scope: p.Scope, ScopeVersion: p.ScopeVersion,
	}
}

func compareBreaks(a, b contract.Break) int {
	return cmp.Or(
		cmp.Compare(b.Calls, a.Calls),
		strings.Compare(string(a.Cause), string(b.Cause)),
		strings.Compare(a.Caller.Namespace+"/"+a.Caller.Name, b.Caller.Namespace+"/"+b.Caller.Name),
		strings.Compare(a.Callee.Namespace+"/"+a.Callee.Name, b.Callee.Namespace+"/"+b.Callee.Name),
		strings.Compare(a.Address, b.Address),
		strings.Compare(a.Evidence, b.Evidence),
		strings.Compare(a.Callee.SDKVersion+a.Callee.Scope+a.Callee.ScopeVersion, b.Callee.SDKVersion+b.Callee.Scope+b.Callee.ScopeVersion),
	)
}
