package merge

const (
	blockBits = 10
	blockSize = 1 << blockBits
	blockMask = blockSize - 1
)

// buckets are the heads of a hash table's chains; the links are in what is chained.
// The table grows by one bucket at a time (linear hashing), so no insertion waits
// for all others to be moved. Heads are positions, without pointers. Make one with
// newBuckets.
type buckets struct {
	blocks [][]int32
	// round is the number of buckets, a power of two, with which this round of
	// splitting began; those before split have been divided in two.
	round, split uint64
}

func newBuckets() buckets {
	b := buckets{round: blockSize}
	b.extend()
	return b
}

// len is the number of buckets.
func (b *buckets) len() int { return int(b.round + b.split) }

// head is the head of the chain for a hash.
func (b *buckets) head(hash uint64) *int32 {
	i := hash & (2*b.round - 1)
	if i >= b.round+b.split {
		i -= b.round
	}
	return b.bucket(i)
}

func (b *buckets) bucket(i uint64) *int32 { return &b.blocks[i>>blockBits][i&blockMask] }

// grow adds an empty bucket. Those in the chain of the old head whose hash has the
// bit belong to the chain of the new one.
func (b *buckets) grow() (old, added *int32, bit uint64) {
	if n := b.round + b.split; n&blockMask == 0 {
		b.extend()
	}
	old, added, bit = b.bucket(b.split), b.bucket(b.round+b.split), b.round
	b.split++
	if b.split == b.round {
		b.round, b.split = 2*b.round, 0
	}
	return old, added, bit
}

func (b *buckets) extend() {
	block := make([]int32, blockSize)
	for i := range block {
		block[i] = none
	}
	b.blocks = append(b.blocks, block)
}
