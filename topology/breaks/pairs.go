package breaks

import (
	"math"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// pairKey is what chance is reckoned for: one caller, one callee that it may be.
type pairKey struct {
	caller, callee topology.NodeName
	transport      contract.Transport
}

// pair is how the lone callers and the roots of two services fit together.
type pair struct {
	// near are the callers with a root inside of them as tightly as clocks of one host
	// allow; far are the rest, looked up once more as loosely as others need.
	levels   [numLevels]level
	address  string // of the last match whose root was asked for by the caller's address
	lastSeen int64
	// Of messages, which have no times to compare: those sent and received alone, and
	// how many of the former the latter account for.
	messages                     bool
	senders, receivers, received float64
}

// Levels of tolerance.
const (
	tight = iota
	loose

	numLevels
)

// level counts callers: matched of them had a root inside, byChance of them would have
// had one at another time as well, asked of the matches by the caller's own address.
type level struct{ callers, matched, byChance, asked float64 }

const (
	// minMatches is how often two spans must fit to be more than an incident.
	minMatches = 3
	// minConfidence is that of a break: more likely than not.
	minConfidence = 0.5
	// addressConfidence is what it is worth that the callee was asked for by the very
	// address that the caller used, whatever chance says: of a busy service something is
	// always inside.
	addressConfidence = 0.8
	// destinationConfidence is that of lone senders and lone receivers on one destination
	// whose numbers do not agree; it is 1 when they do.
	destinationConfidence = 0.6
)

// confidence is how sure it is that the matches of a level are lost context: the share
// of them that is beyond chance, less the fewer they are. Claimed is the share of the
// callee's roots, asked for by the callers' address, that callers account for.
func (l *level) confidence(claimed float64) float64 {
	if l.matched < minMatches {
		return 0
	}
	share, chance := l.matched/l.callers, l.byChance/l.callers
	// What chance may be at most, two standard deviations above what was seen of it.
	chance = min(chance+2*math.Sqrt(chance*(1-chance)/l.callers), 1)
	beyond := 0.0
	if share > chance {
		beyond = (share - chance) / (1 - chance)
	}
	// Of the matches themselves those beyond chance count, so that callers which the
	// callee's own sampling dropped do not speak against those that are there.
	trust := beyond / share
	if l.asked == l.matched {
		trust = max(trust, addressConfidence*share*claimed)
	}
	return min(trust, 1) * enough(l.matched)
}

// messageConfidence is how sure it is that the messages received alone are those that
// were sent alone.
func (p *pair) messageConfidence() float64 {
	if p.received < minMatches {
		return 0
	}
	agree := p.received / max(p.senders, p.receivers)
	return (destinationConfidence + (1-destinationConfidence)*agree) * enough(p.received)
}

// enough grows to 1 with the number of matches.
func enough(matches float64) float64 { return 1 - math.Exp2(-matches) }

// maxPairs bounds the pairs; the one not seen for longest makes room.
const maxPairs = 1024

func (d *Detector) pairOf(key pairKey) *pair {
	if p := d.pairs[key]; p != nil {
		return p
	}
	if len(d.pairs) >= maxPairs {
		var oldest pairKey
		first := true
		for k, p := range d.pairs {
			if first || p.lastSeen < d.pairs[oldest].lastSeen {
				oldest, first = k, false
			}
		}
		delete(d.pairs, oldest)
	}
	p := &pair{}
	d.pairs[key] = p
	return p
}

// forgetPairs halves what is known of every pair once it is plenty, so that it follows
// what changes.
func (d *Detector) forgetPairs() {
	const plenty = 2000
	for _, p := range d.pairs {
		for i := range p.levels {
			if l := &p.levels[i]; l.callers > plenty {
				l.callers, l.matched, l.byChance, l.asked = l.callers/2, l.matched/2, l.byChance/2, l.asked/2
			}
		}
		if p.senders > plenty {
			p.senders, p.receivers, p.received = p.senders/2, p.receivers/2, p.received/2
		}
	}
}
