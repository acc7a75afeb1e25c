package merge

import (
	"math"
	"strings"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"
)

// keyValue is one value of one custom key.
type keyValue struct {
	key   uint8
	value string
}

// keyed holds the spans that carry one key value. It lives for Key.Keep after the
// last of them arrived, longer than the spans themselves.
type keyed struct {
	keyValue
	holders []holder  // oldest first; nil once flooded
	room    [2]holder // of holders at first: most values have one sender and one receiver
	marks   int       // counted marks that have not aged out; of a flooded value one is enough
	until   int64     // Unix ns: the last mark's age
	walk    uint32    // the last component walk that saw it
	flooded bool
}

// holder is what is kept of a span that carries a key value.
type holder struct {
	trace      TraceID
	span       uint64
	service    uint64
	start, end int64
	scope      uint64 // see Mark.Scope
	host       skew.Host
	kind       uint8
	failed     bool
	root       bool // had no parent when it came
	origin     bool // carries the value in its tracestate
	untrusted  bool
}

// mark is a record's use of a key value.
type mark struct {
	*keyed
	scope uint64
}

type keyAge struct {
	keyed *keyed
	at    int64
}

const (
	// holdersPerPiece bounds the holders of a key value, as a multiple of MaxFanIn.
	holdersPerPiece = 8
	// minKeyKinds and minKeyBits are the least number of different bytes, and of
	// bits (length times the logarithm of that number), of a value that can tell
	// requests apart (M8).
	minKeyKinds = 4
	minKeyBits  = 12
)

// placeholders are values that clients send for want of an id, in lower case.
var placeholders = map[string]struct{}{
	"unknown": {}, "undefined": {}, "default": {}, "disabled": {}, "not-set": {}, "notset": {}, "no-trace": {}, "example": {},
}

// Telling reports whether a key value has the entropy to tell requests apart.
func Telling(v string) bool {
	if _, ok := placeholders[strings.ToLower(v)]; ok {
		return false
	}
	var seen [4]uint64
	kinds := 0
	for i := range len(v) {
		b := v[i]
		if seen[b>>6]&(1<<(b&63)) == 0 {
			seen[b>>6] |= 1 << (b & 63)
			kinds++
		}
	}
	return kinds >= minKeyKinds && float64(len(v))*math.Log2(float64(kinds)) >= minKeyBits
}

func (s *Store) addMark(now int64, pos int32, m *Mark) {
	r := s.recs.at(pos)
	if r.piece == none {
		return
	}
	k, ok := s.keys[keyValue{m.Key, m.Value}]
	known := ok && k.flooded // costs nothing more, however often it comes
	if !known && s.keyRefs >= s.cfg.MaxRemembered {
		s.stats.Refused[RefusedSize]++
		return
	}
	keep := now + int64(s.cfg.Keys[m.Key].Keep)
	if !ok {
		// The value outlives its span: a part of a tracestate must not keep all of it.
		kv := keyValue{m.Key, strings.Clone(m.Value)}
		k = &keyed{keyValue: kv, flooded: s.cfg.Keys[m.Key].Evidence != EvidenceMessageOffset && !Telling(m.Value)}
		k.holders = k.room[:0]
		s.keys[kv] = k
	}
	k.until = keep
	// Where a value comes from it ties nothing by itself: only a span that recorded it
	// looks for its origin, and only a receiver for the sender. Vendors' tracestate
	// members and messages sent thus cost no decisions.
	exact := s.cfg.Keys[m.Key].Evidence.exact()
	if !m.Origin && (!exact || receiver(r.kind)) {
		r.flags |= recMarks
		s.marks[pos] = append(s.marks[pos], mark{k, m.Scope})
		if exact {
			s.pieces[r.piece].flags |= pieceReceives
		} else {
			s.pieces[r.piece].flags |= pieceMarks
		}
	}
	if known {
		return
	}
	s.age(k, keep)
	if k.flooded {
		return
	}
	k.holders = append(k.holders, holder{
		trace: s.pieces[r.piece].id, span: r.id, service: r.service,
		start: r.start, end: r.end, scope: m.Scope, host: r.host, kind: r.kind,
		failed: r.flags&recFailed != 0, root: r.parent == 0, origin: m.Origin, untrusted: m.Untrusted,
	})
	if len(k.holders) > holdersPerPiece*s.cfg.MaxFanIn {
		k.flooded, k.holders = true, nil
	}
}

// age counts a mark of the value until the given time.
func (s *Store) age(k *keyed, until int64) {
	k.marks++
	s.keyRefs++
	s.keyAges[k.key].push(keyAge{k, until})
}

// receiver reports whether a span of the kind receives messages rather than sends them.
func receiver(kind uint8) bool { return kind != kindProducer && kind != kindClient }

// expireKeys forgets what is older than Key.Keep.
func (s *Store) expireKeys(now int64) {
	for i := range s.keyAges {
		ages := &s.keyAges[i]
		for ages.len() > 0 && ages.front().at <= now {
			k := ages.front().keyed
			ages.pop()
			s.keyRefs--
			k.marks--
			if len(k.holders) > 0 {
				k.holders = k.holders[1:]
			}
			switch {
			case k.marks > 0:
			case k.flooded && k.until > now: // it still comes, though not counted any more
				s.age(k, k.until)
			default:
				delete(s.keys, k.keyValue)
			}
		}
	}
}

// pieces counts the distinct traces that carry the value, up to limit+1.
func (k *keyed) pieces(limit int) int {
	seen := make(map[TraceID]struct{}, min(len(k.holders), limit+1))
	for i := range k.holders {
		seen[k.holders[i].trace] = struct{}{}
		if len(seen) > limit {
			break
		}
	}
	return len(seen)
}
