package breaks

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/topology"
)

// entry is a root of a service.
type entry struct {
	trace      topology.TraceID
	span       topology.SpanID
	start, end int64
	party      *topology.Party
	address    string
	carriers   topology.Carriers
	refused    string
	since      int64 // by the detector's clock
	claimed    bool  // it explains a caller
}

// entries are those of one service.
type entries struct {
	all []entry
	// sorted: all is by start.
	sorted bool
	// parties are those of the entries, which share them.
	parties []*topology.Party
	// lost is the latest start of an entry that had to leave early: of callers from
	// before it nothing can be said.
	lost int64
}

// entryTable remembers entries by service, for a while.
type entryTable struct {
	byService  map[topology.NodeName]*entries
	n          int
	limit      int
	perService int
	keep       int64
	// gap is the last time at which entries were missed, whatever their service.
	gap int64
	// fates is what became of the entries that left, by service and address.
	fates map[askedKey]*fate
}

// askedKey is a service and the address it was asked for by.
type askedKey struct {
	service topology.NodeName
	address string
}

// fate counts entries that left, and those of them that explained a caller.
type fate struct{ all, claimed float64 }

const (
	// maxFates bounds what is kept of addresses, which are outside input.
	maxFates = 1024
	// enoughFates is how many entries are counted before the count is halved.
	enoughFates = 2000
)

// left notes the fate of an entry.
func (t *entryTable) left(e *entry) {
	if e.address == "" {
		return
	}
	key := askedKey{e.party.NodeName, strings.ToLower(e.address)}
	f := t.fates[key]
	if f == nil {
		if len(t.fates) >= maxFates {
			clear(t.fates)
		}
		f = &fate{}
		t.fates[key] = f
	}
	if f.all >= enoughFates {
		f.all, f.claimed = f.all/2, f.claimed/2
	}
	f.all++
	if e.claimed {
		f.claimed++
	}
}

// claimedShare is the share of a service's roots for an address that explained a
// caller, of those that left and those that are there; 0 when there are none.
func (t *entryTable) claimedShare(service topology.NodeName, address string) float64 {
	var f fate
	if old := t.fates[askedKey{service, address}]; old != nil {
		f = *old
	}
	var pending float64 // since the last that was claimed: they may still be
	if s := t.byService[service]; s != nil {
		s.sort()
		for i := range s.all {
			e := &s.all[i]
			if !strings.EqualFold(e.address, address) {
				continue
			}
			pending++
			if e.claimed {
				f.claimed++
				f.all += pending
				pending = 0
			}
		}
	}
	if f.all == 0 {
		return 0
	}
	return f.claimed / f.all
}

func newEntryTable(l Limits) entryTable {
	return entryTable{
		byService:  map[topology.NodeName]*entries{},
		limit:      l.MaxEntries,
		perService: l.MaxEntries / 8,
		keep:       int64(l.Keep),
		fates:      map[askedKey]*fate{},
	}
}

func (t *entryTable) add(u *topology.Unmatched, now int64) {
	name := u.Party.NodeName
	s := t.byService[name]
	if s == nil {
		s = &entries{}
		t.byService[name] = s
	}
	s.lost = max(s.lost, t.gap)
	s.sorted = s.sorted && s.all[len(s.all)-1].start <= u.Start || len(s.all) == 0
	s.all = append(s.all, entry{
		trace: u.Trace, span: u.Span, start: u.Start, end: u.End, party: s.party(&u.Party),
		address: u.Address, carriers: u.Carriers, refused: u.Refused, since: now,
	})
	t.n++
	if len(s.all) > t.perService {
		t.drop(s)
	}
	if t.n > t.limit {
		// All at once, so that it is seldom.
		for name, s := range t.byService {
			t.drop(s)
			if len(s.all) == 0 {
				delete(t.byService, name)
			}
		}
	}
}

// party gives the copy of a party that entries share.
func (s *entries) party(p *topology.Party) *topology.Party {
	for _, known := range s.parties {
		if *known == *p {
			return known
		}
	}
	if len(s.parties) == maxParties {
		s.parties = s.parties[:0]
	}
	own := *p
	s.parties = append(s.parties, &own)
	return &own
}

// sort puts the entries in order: they are looked at once a tick, and come all the time.
func (s *entries) sort() {
	if !s.sorted {
		slices.SortFunc(s.all, func(a, b entry) int { return cmp.Compare(a.start, b.start) })
		s.sorted = true
	}
}

// drop lets the earlier half of a service's entries go before their time.
func (t *entryTable) drop(s *entries) {
	s.sort()
	n := (len(s.all) + 1) / 2
	s.lost = max(s.lost, s.all[n-1].start)
	for i := range s.all[:n] {
		t.left(&s.all[i])
	}
	s.all = slices.Delete(s.all, 0, n)
	t.n -= n
}

// forget drops what is older than it is kept.
func (t *entryTable) forget(now int64) {
	for name, s := range t.byService {
		before := len(s.all)
		s.all = slices.DeleteFunc(s.all, func(e entry) bool {
			old := e.since < now-t.keep
			if old {
				t.left(&e)
			}
			return old
		})
		t.n -= before - len(s.all)
		if len(s.all) == 0 {
			delete(t.byService, name)
		}
	}
}

const (
	// tightTolerance is how far clocks of one host, or of well kept ones, are apart;
	// looseTolerance what others are.
	tightTolerance = 2 * time.Millisecond
	looseTolerance = 50 * time.Millisecond
)

// tolerances are by level.
var tolerances = [numLevels]time.Duration{tight: tightTolerance, loose: looseTolerance}

// inside finds the entries that lie inside of a stretch of time, but for the
// tolerance, and is false when it cannot tell because entries had to leave early.
func (s *entries) inside(start, end int64, tolerance time.Duration, yield func(*entry)) bool {
	start, end = start-int64(tolerance), end+int64(tolerance)
	if start <= s.lost {
		return false
	}
	s.sort()
	i, _ := slices.BinarySearchFunc(s.all, start, func(e entry, t int64) int {
		if e.start < t {
			return -1
		}
		return 1
	})
	for ; i < len(s.all) && s.all[i].start <= end; i++ {
		if s.all[i].end <= end {
			yield(&s.all[i])
		}
	}
	return true
}
