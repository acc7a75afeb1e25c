package breaks

import (
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// decide says what a lone caller is.
func (d *Detector) decide(c *waiting) {
	hop := d.orphans.find(c.Trace, func(o *waiting) bool { return o.Party.NodeName != c.Party.NodeName && c.covers(&o.Unmatched) })
	if hop != nil {
		hop.decided = true
		d.explained.count(about(contract.BreakHop, &c.Unmatched, &hop.Unmatched))
		return
	}
	services := d.candidates(&c.Unmatched)
	if len(services) == 0 {
		d.verdict(&d.explained, about(contract.BreakNotInstrumented, &c.Unmatched, nil), c)
		return
	}
	callee, best, ok := d.bestOf(services, &c.Unmatched)
	if !ok {
		d.verdict(&d.explained, about(contract.BreakUndecided, &c.Unmatched, nil), c)
		return
	}
	p := d.pairOf(pairKey{caller: c.Party.NodeName, callee: callee, transport: c.Transport})
	p.lastSeen = d.now
	for i := range p.levels {
		l := &p.levels[i]
		l.callers++
		l.byChance += d.entries.chance(callee, &c.Unmatched, tolerances[i])
		if best.entry != nil && best.level == i {
			l.matched++
			if best.sameAddress {
				l.asked++
				p.address = strings.ToLower(best.entry.address)
			}
			break // the looser level is about the others
		}
	}
	switch {
	case best.entry != nil:
		best.entry.claimed = true
		d.verdict(&d.groups, lost(&c.Unmatched, &best), c)
	case c.Failed:
		d.verdict(&d.explained, to(contract.BreakUnanswered, &c.Unmatched, callee), c)
	default:
		d.verdict(&d.explained, to(contract.BreakFiltered, &c.Unmatched, callee), c)
	}
}

// bestOf finds the root that fits a caller best among those of the services, and the
// service; false when it cannot tell.
func (d *Detector) bestOf(services []topology.NodeName, c *topology.Unmatched) (topology.NodeName, match, bool) {
	callee, best := services[0], match{}
	for _, name := range services {
		m, ok := d.entries.match(name, c)
		if !ok {
			return callee, match{}, false
		}
		if m.better(&best) {
			callee, best = name, m
		}
	}
	return callee, best, true
}

// decideOrphan says what an entry is whose parent was named and never came: no loss of
// context, which it has.
func (d *Detector) decideOrphan(o *waiting) {
	if c := d.lone.find(o.Trace, func(c *waiting) bool { return c.Party.NodeName != o.Party.NodeName && c.covers(&o.Unmatched) }); c != nil {
		c.decided = true
		d.explained.count(about(contract.BreakHop, &c.Unmatched, &o.Unmatched))
		return
	}
	cause := contract.BreakFiltered
	if o.NotSampled {
		cause = contract.BreakNotSampled
	}
	d.explained.count(about(cause, nil, &o.Unmatched))
}

// candidates are the services that a lone caller may have called: the one the graph
// resolved its address to, those that were asked for by the same address, or the one
// named like the host.
func (d *Detector) candidates(c *topology.Unmatched) []topology.NodeName {
	if c.Target.Kind == contract.NodeMessaging {
		return nil
	}
	if c.TargetKnown || c.Target.Kind == contract.NodeService {
		return []topology.NodeName{{Namespace: c.Target.Namespace, Name: c.Target.Name}}
	}
	if services := d.addresses.hosts(c.Address); len(services) > 0 {
		return services
	}
	label := hostLabel(c.Address)
	if label == "" {
		return nil
	}
	var named []topology.NodeName
	for name := range d.entries.byService {
		if strings.EqualFold(name.Name, label) {
			named = append(named, name)
		}
	}
	if len(named) > 1 {
		// Of services of one name the one in the caller's namespace is meant.
		named = slices.DeleteFunc(named, func(n topology.NodeName) bool { return n.Namespace != c.Party.Namespace })
	}
	return named
}

// match is the root that fits a lone caller best.
type match struct {
	entry       *entry
	sameAddress bool
	level       int // of tolerance
	// slack is how much longer the caller took than the root: the less, the better.
	slack int64
}

func (m *match) better(than *match) bool {
	switch {
	case m.entry == nil:
		return false
	case than.entry == nil:
		return true
	case m.sameAddress != than.sameAddress:
		return m.sameAddress
	case m.level != than.level:
		return m.level < than.level
	}
	return m.slack < than.slack
}

// match finds the root inside of a caller that no other caller has claimed; false when
// roots from that time had to leave.
func (t *entryTable) match(name topology.NodeName, c *topology.Unmatched) (match, bool) {
	var best match
	if c.Start <= t.gap {
		return best, false
	}
	s := t.byService[name]
	if s == nil {
		return best, true
	}
	for level, tolerance := range tolerances {
		ok := s.inside(c.Start, c.End, tolerance, func(e *entry) {
			m := match{
				entry:       e,
				level:       level,
				sameAddress: sameAddress(c.Address, e.address),
				slack:       (c.End - c.Start) - (e.end - e.start),
			}
			if !e.claimed && e.trace != c.Trace && m.slack >= -int64(tightTolerance) && m.better(&best) {
				best = m
			}
		})
		if !ok {
			return match{}, false
		}
		if best.entry != nil {
			break
		}
	}
	return best, true
}

// controls are how far a caller is shifted in time to see what chance finds there.
var controls = [...]time.Duration{-1700 * time.Millisecond, 2300 * time.Millisecond}

// chance is the share of the controls at which the caller would have had a root, too.
func (t *entryTable) chance(name topology.NodeName, c *topology.Unmatched, tolerance time.Duration) float64 {
	s := t.byService[name]
	if s == nil {
		return 0
	}
	found, tried := 0.0, 0.0
	for _, shift := range controls {
		hit := false
		ok := s.inside(c.Start+int64(shift), c.End+int64(shift), tolerance, func(e *entry) {
			hit = hit || (c.End-c.Start)-(e.end-e.start) >= -int64(tightTolerance)
		})
		if !ok {
			continue
		}
		tried++
		if hit {
			found++
		}
	}
	if tried == 0 {
		return 0
	}
	return found / tried
}

// lost is a caller and the root that is its callee, in two traces.
func lost(c *topology.Unmatched, m *match) *finding {
	e := m.entry
	return &finding{
		key: groupKey{
			cause: causeOfCarriers(c.Carriers, e.carriers), caller: c.Party, callee: *e.party,
			transport: c.Transport, address: c.Address,
		},
		weight: weightOf(c.Weight), level: m.level, at: c.Start, sent: c.Carriers, received: e.carriers, refused: e.refused,
		example: contract.BreakExample{
			CallerTraceID: hexOf(c.Trace[:]), CallerSpanID: hexOf(c.Span[:]),
			CalleeTraceID: hexOf(e.trace[:]), CalleeSpanID: hexOf(e.span[:]),
		},
	}
}
