package topology

import "hash/maphash"

// peerTable numbers destinations, at about 250 bytes each. When it is full, the next
// entry that no half refers to is reused, clock-wise. Constructor: newPeerTable.
//
// Every client span looks its destination up, so the way there is short: one hash over
// the strings that are there, and a place that is compared by hash first.
type peerTable struct {
	all   []peer // the fixed ones first
	limit int
	hand  int
	seed  maphash.Seed
	// slots are open-addressed, a power of two and at most half full.
	slots []peerSlot
}

// peerSlot is a destination by its hash; the id 0 is an empty slot.
type peerSlot struct {
	hash uint32
	id   peerID
}

// newPeerTable has room for the destinations of all edges, and some more.
func newPeerTable(maxEdges int) peerTable {
	return peerTable{
		all: make([]peer, numFixedPeers), limit: max(minPeers, maxEdges+maxEdges/4),
		seed: maphash.MakeSeed(), slots: make([]peerSlot, 1<<8),
	}
}

func (t *peerTable) hash(k *peerKey) uint32 {
	h := uint64(k.caller)<<32 | uint64(k.port)<<8 | uint64(k.class)
	for _, s := range [...]string{k.address, k.name, k.system} {
		if s != "" {
			h = h*0x9E3779B97F4A7C15 ^ maphash.String(t.seed, s)
		}
	}
	h *= 0x9E3779B97F4A7C15
	return uint32(h >> 32)
}

func (t *peerTable) mask() uint32 { return uint32(len(t.slots) - 1) }

// find gives the number of a destination, 0 if it has none.
func (t *peerTable) find(hash uint32, k *peerKey) peerID {
	for i := hash; ; i++ {
		s := t.slots[i&t.mask()]
		if s.id == 0 || s.hash == hash && t.all[s.id].key == *k {
			return s.id
		}
	}
}

// insert enters a destination that is not there yet.
func (t *peerTable) insert(hash uint32, id peerID) {
	if 2*len(t.all) > len(t.slots) {
		old := t.slots
		t.slots = make([]peerSlot, 2*len(old))
		for _, s := range old {
			if s.id != 0 {
				t.place(s)
			}
		}
	}
	t.place(peerSlot{hash, id})
}

func (t *peerTable) place(s peerSlot) {
	i := s.hash
	for t.slots[i&t.mask()].id != 0 {
		i++
	}
	t.slots[i&t.mask()] = s
}

// remove takes a destination out and moves those behind it up.
func (t *peerTable) remove(hash uint32, id peerID) {
	hole := hash
	for t.slots[hole&t.mask()].id != id {
		hole++
	}
	for i := hole + 1; t.slots[i&t.mask()].id != 0; i++ {
		s := t.slots[i&t.mask()]
		if (i-s.hash)&t.mask() >= (i-hole)&t.mask() {
			t.slots[hole&t.mask()] = s
			hole = i
		}
	}
	t.slots[hole&t.mask()] = peerSlot{}
}

// hint is where the edge of the last call to a destination is noted.
func (t *peerTable) hint(id peerID) *uint32 {
	if id < numFixedPeers {
		return nil
	}
	return &t.all[id].edge
}

// retain counts one more reference to a destination that is held already.
func (t *peerTable) retain(id peerID) {
	if id >= numFixedPeers {
		t.all[id].refs++
	}
}

// release gives a reference back.
func (t *peerTable) release(id peerID) {
	if id >= numFixedPeers {
		t.all[id].refs--
	}
}
