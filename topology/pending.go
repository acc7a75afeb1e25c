package topology

// half is one span that is remembered for its partners: callees that name it as
// their parent, or the parent it names itself. A half with a zero span is a link
// waiter: an entry that waits for a span it is linked to.
//
// A half stays for its whole wait, also after it found a partner, so that further
// callees (retries, fan-out) and duplicates meet it. 80 bytes, and 8 to 16 in the index.
type half struct {
	trace TraceID
	span  SpanID
	// parent is the span waited for. An entry or call that was followed upwards through
	// spans without finding the end of the way waits for the parent of the last of them.
	parent SpanID
	// start is Unix nanoseconds, 0 when the span's times are absurd (rule T9).
	start int64
	// nanos is the duration; seven digits of it are plenty.
	nanos   float32
	service ServiceID
	peer    peerID
	// other is, of an outgoing half whose call was counted, the number of the edge; of an
	// entry that was followed upwards, the service that it was followed to; of a half with
	// overflowPeer, a hash of its destination.
	other uint32
	// nextWaiter and prevWaiter chain the halves that wait for parents of one hash.
	nextWaiter, prevWaiter position
	weight                 weightID
	detail                 detailID
	request, response      packedSize
	flags                  flags
	transport              transportID
	kind                   Kind
}

func (h *half) told() specificity { return specificity(h.flags >> toldShift) }

// flags of a half.
type flags uint16

const (
	flagFailed flags = 1 << iota
	flagJoined
	flagInferred
	// flagCarried: the call goes on in another span, or is no call. Without it an
	// outgoing half becomes a call to a virtual node when its wait is over.
	flagCarried
	// flagWaiting: the parent was not seen yet; the half is chained among the waiters.
	flagWaiting
	// flagLinked: the half is paired by its links; that it has no parent means nothing.
	flagLinked
	// flagMessage: the half is in the queue of messages.
	flagMessage
	// flagFollowed: the half was followed upwards; other is where to.
	flagFollowed
	// flagCalleeFailed: the callee of the half failed.
	flagCalleeFailed
	// flagNotSampled: the span says that its parent was not recorded.
	flagNotSampled
	// flagCounted: the call of an outgoing half was counted; other is the edge.
	flagCounted
	// flagInherited: the address of peer is that of the outgoing span around the half.
	flagInherited
	// flagLooked: the entry above the call was found, and the call seen in its light.
	flagLooked

	// toldShift: the rest of the flags is a specificity, of the transport.
	toldShift = iota
)

func (h *half) evidence() Evidence {
	switch {
	case h.flags&flagInferred != 0:
		return EvidenceInferred
	case h.flags&flagJoined != 0:
		return EvidenceJoined
	}
	return EvidencePropagated
}

// duration is absent when the span's times are absurd.
func (h *half) duration() int64 {
	if h.start == 0 {
		return absent
	}
	return int64(h.nanos)
}

// end is Unix nanoseconds, 0 when the span's times are absurd.
func (h *half) end() int64 { return h.start + int64(h.nanos) }

// linkWaiter reports whether the half stands for a link, not for a span.
func (h *half) linkWaiter() bool { return h.span == SpanID{} }

// position is the place of a half in the slab; 0 is none. It has positionBits bits.
type position uint32

const (
	pageBits = 10
	pageSize = 1 << pageBits
)

// slab holds the halves of the queues in pages, so that growing neither copies nor
// overshoots. A page belongs to one queue, and its places are taken and given back in
// order: what arrives, and what leaves, lies side by side. Constructor: newSlab.
type slab struct {
	pages [][]half   // the first is empty: position 0 is none
	next  []position // of each page, the page that follows it in its queue
	free  []position // pages of no queue
	live  int
}

func newSlab() slab { return slab{pages: make([][]half, 1), next: make([]position, 1)} }

func (s *slab) at(p position) *half { return &s.pages[p>>pageBits][p&(pageSize-1)] }

// take gives the place at the end of a queue, to which it is pushed next.
func (s *slab) take(q *queue) position {
	s.live++
	if q.end&(pageSize-1) == 0 {
		page := s.page()
		if q.n == 0 {
			q.head = page << pageBits
		} else {
			s.next[(q.end-1)>>pageBits] = page
		}
		q.end = page << pageBits
	}
	p := q.end
	q.end++
	return p
}

func (s *slab) page() position {
	if n := len(s.free); n > 0 {
		page := s.free[n-1]
		s.free = s.free[:n-1]
		return page
	}
	s.pages = append(s.pages, make([]half, pageSize))
	s.next = append(s.next, 0)
	return position(len(s.pages) - 1)
}

// after is the place behind another of the same queue; behind the last, it means nothing.
func (s *slab) after(p position) position {
	if (p+1)&(pageSize-1) == 0 {
		return s.next[p>>pageBits] << pageBits
	}
	return p + 1
}

// give takes a place back that was popped.
func (s *slab) give(p position) {
	s.live--
	if (p+1)&(pageSize-1) == 0 {
		s.free = append(s.free, p>>pageBits)
	}
}
