package topology

import (
	"encoding/binary"
	"math/bits"
	"time"
)

// lateHalf is a half that was let go without a partner, and what it was counted as.
type lateHalf struct {
	half
	drawn edgeKey
	left  int64 // the graph's clock when it was let go
	// serial is that of the half's service: its number may be another's by now.
	serial uint32
}

// lateTable remembers halves that were let go without a partner for a while, in a ring
// of about 130 bytes each: a partner that still comes corrects the window (rule T4).
// Constructor: newLateTable.
type lateTable struct {
	byID map[lateKey]uint32
	ring []lateHalf
	next int
}

// lateKey is the hash of the id under which the other half would look for this one:
// that of a caller, or of the parent that a callee named.
type lateKey struct {
	hash   uint64
	callee bool
}

// latePart is the size of the ring as a part of the remembered halves.
const latePart = 8

func newLateTable(maxPending int) lateTable {
	return lateTable{byID: map[lateKey]uint32{}, ring: make([]lateHalf, 0, maxPending/latePart)}
}

// keyOfLate is the key of a half by its own role.
func (x *index) keyOfLate(h *half) lateKey {
	if h.kind.outgoing() {
		return lateKey{x.hash64(&h.trace, h.span), false}
	}
	return lateKey{x.hash64(&h.trace, h.parent), true}
}

func (x *index) hash64(trace *TraceID, span SpanID) uint64 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(trace[:8])^x.keys[1], binary.LittleEndian.Uint64(trace[8:])^x.keys[2])
	hi, lo = bits.Mul64(hi^lo^x.keys[3], binary.LittleEndian.Uint64(span[:])^x.keys[0])
	return hi ^ lo
}

// remember keeps a half that is being let go; the oldest one makes room.
func (t *lateTable) remember(g *Graph, h *half, drawn edgeKey) {
	if h.linkWaiter() || h.flags&flagFollowed != 0 {
		return
	}
	kept := lateHalf{half: *h, drawn: drawn, left: g.now, serial: g.services.all[h.service].serial}
	kept.peer, kept.other = unknownPeer, 0
	if len(t.ring) < cap(t.ring) {
		t.ring = append(t.ring, kept)
	} else {
		if old := g.index.keyOfLate(&t.ring[t.next].half); t.byID[old] == uint32(t.next) {
			delete(t.byID, old)
		}
		t.ring[t.next] = kept
	}
	t.byID[g.index.keyOfLate(h)] = uint32(t.next)
	t.next = (t.next + 1) % cap(t.ring)
}

// settleLate looks whether the other end of a half that is being let go was let go
// before. Then the call was counted already: the window is corrected, the counters
// stay as they are (rule T4).
func (g *Graph) settleLate(h *half) bool {
	key := g.index.keyOfLate(h)
	key.callee = !key.callee
	i, ok := g.late.byID[key]
	if !ok {
		return false
	}
	other := &g.late.ring[i]
	if g.services.all[other.service].serial != other.serial {
		return false
	}
	caller, callee := h, &other.half
	if !h.kind.outgoing() {
		caller, callee = &other.half, h
	}
	if callee.trace != caller.trace || callee.parent != caller.span || g.now-other.left > int64(g.limits.Retention) {
		return false
	}
	g.stats.Late++
	g.settle() // what is corrected may be among the batch
	wrong := g.drawnAs(other)
	c := g.callOf(caller, callee)
	g.correct(&wrong, &c)
	if g.watcher.Late != nil {
		g.tellLate(caller, callee, other, &c)
	}
	return true
}

// drawnAs is the call as which a half was counted when it was let go.
func (g *Graph) drawnAs(l *lateHalf) call {
	if l.kind.outgoing() {
		return g.virtualOf(&l.half, l.drawn)
	}
	return g.entryOf(&l.half, missingNode, relationCall)
}

// correct moves a call in the window from the edge on which it was counted to the one
// that it belongs to. What each of them counted since it was made stays the same.
func (g *Graph) correct(wrong, right *call) {
	if from, ok := g.edges.byKey[wrong.key]; ok {
		g.edges.all[from].takeBack(g, wrong)
	}
	to := g.edges.all[g.edgeOf(right.key)]
	to.lastArrival = g.now
	to.seen.see(right.start, right.end)
	to.sourceLanguage.vote(right.sourceLanguage)
	to.targetLanguage.vote(right.targetLanguage)
	if epoch, inside := g.epochOf(right.end); inside {
		to.shift(to.slotOf(epoch), right, 1)
	}
}

// takeBack takes a call out of the window, if it is still there.
func (e *edge) takeBack(g *Graph, c *call) {
	epoch, inside := g.epochOf(c.end)
	slot := int(epoch % windowSlots)
	if inside && e.epochs[slot] == epoch && e.calls[1+slot] >= c.weight {
		e.shift(slot, c, -1)
	}
}

// shift moves a call between the past and a slot: into the slot, or out of it.
func (e *edge) shift(slot int, c *call, sign float64) {
	moved := *c
	moved.weight *= sign
	seconds := e.seconds
	e.add(slot, &moved)
	e.seconds = seconds
	var f Figures
	one := edge{key: e.key, ledger: newLedger()}
	one.epochs[0] = 1
	one.add(0, c)
	f.addSlot(&one, 0)
	e.pour(pastSlot, &f, -sign)
}

// lateBy is how much later than its wait the second end came.
func (g *Graph) lateBy(l *lateHalf) time.Duration { return time.Duration(g.now - l.left) }
