package packed

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/polyspan/polyspan/topology"
)

// maxContent bounds what a record may say that it unpacks to.
const maxContent = 1 << 30

// Why a record cannot be read.
var (
	ErrForeign = errors.New("not a record of the topology")
	ErrVersion = errors.New("a record of another version")
	ErrDamaged = errors.New("a damaged record")
)

// Reader reads a record. Make one with [NewReader].
type Reader struct {
	rest  []byte
	names []string
	bad   bool
}

// NewReader checks the head of a record and gives a reader of its content.
func NewReader(b []byte, magic string, version byte) (*Reader, error) {
	switch {
	case len(b) < headBytes || string(b[:magicBytes]) != magic:
		return nil, ErrForeign
	case b[magicBytes] != version:
		return nil, fmt.Errorf("%w: %d, this is %d", ErrVersion, b[magicBytes], version)
	case crc32.Checksum(b[formStart:], castagnoli) != binary.LittleEndian.Uint32(b[checksumStart:]):
		return nil, fmt.Errorf("%w: the checksum differs", ErrDamaged)
	}
	content, err := unpack(b)
	if err != nil {
		return nil, err
	}
	r := &Reader{rest: content}
	r.readNames()
	return r, nil
}

func unpack(b []byte) ([]byte, error) {
	size := int64(binary.LittleEndian.Uint32(b[sizeStart:]))
	if b[formStart] == formPlain {
		if size != int64(len(b)-headBytes) {
			return nil, fmt.Errorf("%w: %d of %d bytes", ErrDamaged, len(b)-headBytes, size)
		}
		return b[headBytes:], nil
	}
	if size > maxContent {
		return nil, fmt.Errorf("%w: %d bytes", ErrDamaged, size)
	}
	// The buffer grows with what is really there, not with what the record says.
	var content bytes.Buffer
	n, err := io.Copy(&content, io.LimitReader(flate.NewReader(bytes.NewReader(b[headBytes:])), size))
	if err != nil || n != size {
		return nil, fmt.Errorf("%w: %d of %d bytes", ErrDamaged, n, size)
	}
	return content.Bytes(), nil
}

func (r *Reader) readNames() {
	r.names = make([]string, r.Length(1))
	for i := range r.names {
		n := r.Length(1)
		r.names[i] = string(r.take(n))
	}
}

// Done reports that all was read, and could be.
func (r *Reader) Done() error {
	if r.bad || len(r.rest) > 0 {
		return ErrDamaged
	}
	return nil
}

// More reports whether there is more to read.
func (r *Reader) More() bool { return len(r.rest) > 0 }

// Failed reports whether something could not be read: what was read last is not to be used.
func (r *Reader) Failed() bool { return r.bad }

// Length reads how many things of at least so many bytes each follow.
func (r *Reader) Length(each int) int {
	n := r.Number()
	if n > uint64(len(r.rest)/each) {
		r.fail()
		return 0
	}
	return int(n)
}

// Number reads a whole number.
func (r *Reader) Number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// Signed reads a number that may be negative.
func (r *Reader) Signed() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// Count reads a number of things.
func (r *Reader) Count() float64 {
	n := r.Number()
	if n&1 == 0 {
		return float64(n >> 1)
	}
	return r.Float()
}

// Float reads a number: a finite one, not below 0.
func (r *Reader) Float() float64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(b))
	if !(f >= 0) || math.IsInf(f, 0) {
		r.fail()
		return 0
	}
	return f
}

// Text reads a name.
func (r *Reader) Text() string {
	n := r.Number()
	if n >= uint64(len(r.names)) {
		r.fail()
		return ""
	}
	return r.names[n]
}

// Name reads the name of a node.
func (r *Reader) Name() topology.NodeName {
	return topology.NodeName{Namespace: r.Text(), Name: r.Text()}
}

// Histogram reads a histogram.
func (r *Reader) Histogram(h *topology.Histogram) {
	n := r.Length(1)
	if n == 0 {
		return
	}
	first := r.Number()
	if first+uint64(n) > topology.NumBuckets {
		r.fail()
		return
	}
	h.First, h.Counts = int(first), make([]float64, n)
	for i := range h.Counts {
		h.Counts[i] = r.Count()
	}
	h.SumSeconds = r.Float()
}

// Figures reads all that an edge counts.
func (r *Reader) Figures(f *topology.Figures) {
	f.Calls = r.Count()
	for i := range f.Errors {
		f.Errors[i] = r.Count()
	}
	for i := range f.Evidence {
		f.Evidence[i] = r.Count()
	}
	r.Histogram(&f.Client)
	r.Histogram(&f.Server)
	r.Histogram(&f.Boundary)
	r.Histogram(&f.Queue)
	f.Request = topology.Sizes{Bytes: r.Count(), Count: r.Count()}
	f.Response = topology.Sizes{Bytes: r.Count(), Count: r.Count()}
	f.CriticalSeconds, f.EntrySeconds = r.Count(), r.Count()
}

// take gives the next n bytes, nil when there are not so many.
func (r *Reader) take(n int) []byte {
	if len(r.rest) < n {
		r.fail()
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *Reader) fail() { r.bad, r.rest = true, nil }
