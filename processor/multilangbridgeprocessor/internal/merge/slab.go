package merge

import "github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"

const (
	chunkBits = 10
	chunkSize = 1 << chunkBits
	chunkMask = chunkSize - 1
	// keptChunks is how many empty chunks stay allocated for reuse.
	keptChunks = 8
)

// none is the position of no record.
const none = int32(-1)

// rec is one held span. Its position in the slab is stable while it is held.
type rec struct {
	id, parent  uint64
	start, end  int64
	service     uint64
	piece       int32 // index into Store.pieces; none for a span with an invalid id
	nextInPiece int32 // position of the next held record of the piece
	nextSame    int32 // position of an older record with the same index key
	host        skew.Host
	kind        uint8
	flags       recFlags
	depth       uint8 // how many records follow in the nextSame chain
}

type recFlags uint8

const (
	recClaims    recFlags = 1 << iota // has entries in Store.claims
	recMarks                          // has entries in Store.marks
	recJoined                         // has an entry in Store.joins
	recLate                           // came after its piece was fixed
	recUnindexed                      // not in Store.bySpan: too many with this id
	recNoCallee                       // a call that no span need answer
	recTwin                           // another record of the piece has the same id
)

// slab keeps records in chunks, first in first out. Positions never move, so that
// other records and maps can refer to them; an emptied chunk is used again.
type slab struct {
	chunks [][]rec // by chunk number; nil when given back
	live   []int32 // chunk numbers in order of use, oldest first
	free   []int32 // chunk numbers ready for use
	tail   int32   // used records of the newest live chunk
	head   int32   // released records of the oldest live chunk
}

// at is the record at a position.
func (s *slab) at(pos int32) *rec { return &s.chunks[pos>>chunkBits][pos&chunkMask] }

// push stores a record and gives its position.
func (s *slab) push(r rec) int32 {
	if len(s.live) == 0 || s.tail == chunkSize {
		s.grow()
	}
	pos := s.live[len(s.live)-1]<<chunkBits | s.tail
	*s.at(pos) = r
	s.tail++
	return pos
}

func (s *slab) grow() {
	var n int32
	switch {
	case len(s.free) > 0:
		n = s.free[len(s.free)-1]
		s.free = s.free[:len(s.free)-1]
	default:
		n = int32(len(s.chunks))
		s.chunks = append(s.chunks, nil)
	}
	if s.chunks[n] == nil {
		s.chunks[n] = make([]rec, chunkSize)
	}
	s.live = append(s.live, n)
	s.tail = 0
}

// oldest is the position of the i-th record from the oldest.
func (s *slab) oldest(i int) int32 {
	i += int(s.head)
	return s.live[i>>chunkBits]<<chunkBits | int32(i&chunkMask)
}

// pop releases the n oldest records.
func (s *slab) pop(n int) {
	n += int(s.head)
	whole := n >> chunkBits
	for _, c := range s.live[:whole] {
		if len(s.free) >= keptChunks {
			s.chunks[c] = nil
		}
		s.free = append(s.free, c)
	}
	s.live = append(s.live[:0], s.live[whole:]...)
	s.head = int32(n & chunkMask)
	if len(s.live) == 0 {
		s.head, s.tail = 0, 0
	}
}
