package topology

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// index finds halves by (trace, span): those with that id, and those that wait for a
// parent with it. Its key is random, because ids are outside input: nobody can aim
// at one place. Constructor: newIndex.
//
// Ids lie in an open-addressed table, each with enough of its hash that a look-up
// touches one cache line of the table and, as a rule, no half but the right one.
// Waiters, which are few, are chained from a quarter as many heads.
type index struct {
	ids     []entry    // a power of two, at most 5/8 full
	n       int        // entries in ids
	waiters []position // heads of chains
	keys    [4]uint64
}

// entry is an id in the table: 8 bits of its hash, how far it lies from where the
// hash wants it (maxDisplacement: that far or farther), and the place of its half. 0 is empty.
type entry uint32

const (
	positionBits    = 20
	maxDisplacement = 1<<4 - 1
	minEntries      = 1 << 11
)

func newEntry(hash, displacement uint32, at position) entry {
	return entry(hash>>24<<24 | min(displacement, maxDisplacement)<<positionBits | uint32(at))
}

func (e entry) at() position         { return position(e & (1<<positionBits - 1)) }
func (e entry) displacement() uint32 { return uint32(e) >> positionBits & maxDisplacement }

// mayBe reports whether an entry can have the hash, lying as far from its place as said.
func (e entry) mayBe(hash, displacement uint32) bool {
	return uint32(e)>>positionBits == hash>>24<<4|min(displacement, maxDisplacement)
}

func newIndex() index {
	return index{
		ids:     make([]entry, minEntries),
		waiters: make([]position, minEntries/4),
		keys:    [4]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()},
	}
}

func (x *index) hash(trace *TraceID, span SpanID) uint32 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(trace[:8])^x.keys[0], binary.LittleEndian.Uint64(trace[8:])^x.keys[1])
	hi, lo = bits.Mul64(hi^lo^x.keys[2], binary.LittleEndian.Uint64(span[:])^x.keys[3])
	return uint32(hi ^ lo)
}

func (x *index) mask() uint32 { return uint32(len(x.ids) - 1) }

func (x *index) waiter(hash uint32) *position { return &x.waiters[hash&uint32(len(x.waiters)-1)] }

// insert enters an id.
func (x *index) insert(hash uint32, at position) {
	i, mask := hash, x.mask()
	for x.ids[i&mask] != 0 {
		i++
	}
	x.ids[i&mask] = newEntry(hash, i-hash, at)
	x.n++
}

// removeID takes an id out and moves the entries behind it up, so that no marks of
// removed entries are needed.
func (g *Graph) removeID(hash uint32, at position) {
	x, mask := &g.index, g.index.mask()
	hole := hash
	for x.ids[hole&mask].at() != at {
		hole++
	}
	for i := hole + 1; x.ids[i&mask] != 0; i++ {
		e := x.ids[i&mask]
		d := e.displacement()
		if d == maxDisplacement {
			h := g.slab.at(e.at())
			d = (i - x.hash(&h.trace, h.span)) & mask
		}
		if d >= i-hole {
			x.ids[hole&mask] = newEntry(uint32(e), d-(i-hole), e.at())
			hole = i
		}
	}
	x.ids[hole&mask] = 0
	x.n--
}

// maxLoad is how many eighths of the table may be in use before it is doubled: enough
// for 96 bytes a half at the worst moment, few enough for runs within a cache line.
const maxLoad = 5

// growIndex makes room for one more id.
func (g *Graph) growIndex() {
	x := &g.index
	if maxLoad*len(x.ids) > 8*x.n {
		return
	}
	x.ids, x.n = make([]entry, 2*len(x.ids)), 0
	x.waiters = make([]position, len(x.ids)/4)
	for _, q := range [...]*queue{&g.calls, &g.messages} {
		p := q.head
		for left := q.n; left > 0; left-- {
			h := g.slab.at(p)
			if h.span != (SpanID{}) {
				x.insert(x.hash(&h.trace, h.span), p)
			}
			if h.flags&flagWaiting != 0 {
				g.addWaiter(x.hash(&h.trace, h.parent), p, h)
			}
			p = g.slab.after(p)
		}
	}
}
