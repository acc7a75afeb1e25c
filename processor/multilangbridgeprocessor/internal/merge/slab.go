package merge

import "github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/skew"

const (
	chunkBits = 10
	chunkSize = 1 << chunkBits
	chunkMask = chunkSize - 1
	// spareChunks is how many empty chunks stay allocated for reuse, 64 KiB each.
	spareChunks = 16
	// positionMask keeps positions from becoming negative when they wrap.
	positionMask = 1<<31 - 1
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
	nextSame    int32 // position of an older record in the same bucket of Store.spans
	caller      int32 // position of the parent in the piece when that was decided, or none
	host        skew.Host
	kind        uint8
	flags       recFlags
}

type recFlags uint8

const (
	recClaims   recFlags = 1 << iota // has entries in Store.claims
	recMarks                         // has entries in Store.marks
	recJoined                        // has an entry in Store.joins
	recLate                          // came after its piece was fixed
	recNoCallee                      // a call that no span answers
	recTwin                          // another record of the piece has the same id
	recFailed                        // ended with an error
	recLeak                          // begins when its process's part of the trace is over
)

// slab is a queue of records in chunks without pointers, which the garbage
// collector need not look into. Positions count up, so a position tells by itself
// whether its record is still there: whoever refers to the oldest records need not
// be told that they left.
type slab struct {
	ring  [][]rec // chunk c is at c modulo the length, a power of two; nil if not live
	spare [][]rec
	head  int32 // position of the oldest record
	tail  int32 // position of the next record
}

// len is the number of records.
func (s *slab) len() int { return int((s.tail - s.head) & positionMask) }

// holds reports whether the record at a position, which may be none, is there.
func (s *slab) holds(pos int32) bool {
	return pos != none && (pos-s.head)&positionMask < (s.tail-s.head)&positionMask
}

// newer reports whether the record at one position came after that at another.
func (s *slab) newer(a, b int32) bool { return (a-s.head)&positionMask > (b-s.head)&positionMask }

func (s *slab) chunk(pos int32) *[]rec { return &s.ring[int(pos>>chunkBits)&(len(s.ring)-1)] }

// at is the record at a position.
func (s *slab) at(pos int32) *rec { return &(*s.chunk(pos))[pos&chunkMask] }

// oldest is the position of the i-th record from the oldest.
func (s *slab) oldest(i int) int32 { return (s.head + int32(i)) & positionMask }

// push stores a record and gives its position.
func (s *slab) push(r *rec) int32 {
	pos := s.tail
	if len(s.ring) == 0 || *s.chunk(pos) == nil || s.len() > 0 && pos&chunkMask == 0 {
		s.grow()
	}
	*s.at(pos) = *r
	s.tail = (pos + 1) & positionMask
	return pos
}

// grow adds the chunk that the next record goes to.
func (s *slab) grow() {
	if n := len(s.ring); n == 0 || *s.chunk(s.tail) != nil {
		wider := slab{ring: make([][]rec, max(1, 2*n))}
		for i := range int32(n) {
			pos := s.head + i<<chunkBits
			*wider.chunk(pos) = *s.chunk(pos)
		}
		s.ring = wider.ring
	}
	if n := len(s.spare); n > 0 {
		*s.chunk(s.tail) = s.spare[n-1]
		s.spare = s.spare[:n-1]
		return
	}
	*s.chunk(s.tail) = make([]rec, chunkSize)
}

// pop releases the n oldest records.
func (s *slab) pop(n int) {
	for range (int(s.head&chunkMask) + n) >> chunkBits {
		c := s.chunk(s.head)
		if len(s.spare) < spareChunks {
			s.spare = append(s.spare, *c)
		}
		*c = nil
		left := chunkSize - int(s.head&chunkMask)
		s.head = s.oldest(left)
		n -= left
	}
	s.head = s.oldest(n)
}
