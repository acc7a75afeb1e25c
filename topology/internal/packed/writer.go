package packed

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/polyspan/polyspan/topology"
)

// Sizes of the head.
const (
	magicBytes    = 3
	checksumStart = magicBytes + 1
	formStart     = checksumStart + 4
	sizeStart     = formStart + 1
	headBytes     = sizeStart + 4
)

// Forms of the content.
const (
	formPlain = iota
	formCompressed
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Writer builds a record; it may be used again after [Writer.Reset]. The zero value
// is ready.
type Writer struct {
	body     []byte
	names    map[string]uint64
	table    []byte // the names, in the order of their first use
	packed   bytes.Buffer
	compress *flate.Writer
}

// Reset begins another record.
func (w *Writer) Reset() {
	w.body, w.table = w.body[:0], w.table[:0]
	clear(w.names)
}

// Number writes a whole number.
func (w *Writer) Number(n uint64) { w.body = binary.AppendUvarint(w.body, n) }

// Signed writes a number that may be negative.
func (w *Writer) Signed(n int64) { w.body = binary.AppendVarint(w.body, n) }

// Count writes a number of things, exactly, that is whole as a rule.
func (w *Writer) Count(c float64) {
	if n := uint64(c); c >= 0 && c < 1<<53 && float64(n) == c {
		w.Number(n << 1)
		return
	}
	w.Number(1)
	w.Float(c)
}

// Float writes a number exactly; one below 0 or not a number, which no reader takes,
// as 0.
func (w *Writer) Float(f float64) {
	if !(f > 0) || math.IsInf(f, 0) {
		f = 0
	}
	w.body = binary.LittleEndian.AppendUint64(w.body, math.Float64bits(f))
}

// Text writes a name.
func (w *Writer) Text(s string) {
	n, ok := w.names[s]
	if !ok {
		if w.names == nil {
			w.names = map[string]uint64{}
		}
		n = uint64(len(w.names))
		w.names[s] = n
		w.table = binary.AppendUvarint(w.table, uint64(len(s)))
		w.table = append(w.table, s...)
	}
	w.Number(n)
}

// Name writes the name of a node.
func (w *Writer) Name(n topology.NodeName) {
	w.Text(n.Namespace)
	w.Text(n.Name)
}

// Histogram writes a histogram without the empty buckets at either end.
func (w *Writer) Histogram(h *topology.Histogram) {
	first, counts := h.First, h.Counts
	for len(counts) > 0 && counts[0] == 0 {
		first, counts = first+1, counts[1:]
	}
	for len(counts) > 0 && counts[len(counts)-1] == 0 {
		counts = counts[:len(counts)-1]
	}
	w.Number(uint64(len(counts)))
	if len(counts) == 0 {
		return
	}
	w.Number(uint64(first))
	for _, c := range counts {
		w.Count(c)
	}
	w.Float(h.SumSeconds)
}

// Figures writes all that an edge counts.
func (w *Writer) Figures(f *topology.Figures) {
	w.Count(f.Calls)
	for _, n := range f.Errors {
		w.Count(n)
	}
	for _, n := range f.Evidence {
		w.Count(n)
	}
	w.Histogram(&f.Client)
	w.Histogram(&f.Server)
	w.Histogram(&f.Boundary)
	w.Histogram(&f.Queue)
	w.Count(f.Request.Bytes)
	w.Count(f.Request.Count)
	w.Count(f.Response.Bytes)
	w.Count(f.Response.Count)
	w.Count(f.CriticalSeconds)
	w.Count(f.EntrySeconds)
}

// Record gives the record in bytes of its own. The magic has three bytes.
func (w *Writer) Record(magic string, version byte) []byte {
	head := binary.AppendUvarint(nil, uint64(len(w.names)))
	size := len(head) + len(w.table) + len(w.body)
	out := w.head(magic, version, formPlain, size, size)
	out = append(append(append(out, head...), w.table...), w.body...)
	return sign(out)
}

// Compressed gives the record in bytes of its own, compressed: a third of the size,
// at some ten times the work.
func (w *Writer) Compressed(magic string, version byte) ([]byte, error) {
	head := binary.AppendUvarint(nil, uint64(len(w.names)))
	if w.compress == nil {
		var err error
		if w.compress, err = flate.NewWriter(nil, flate.BestSpeed); err != nil {
			return nil, fmt.Errorf("compress: %w", err)
		}
	}
	w.packed.Reset()
	w.compress.Reset(&w.packed)
	for _, part := range [...][]byte{head, w.table, w.body} {
		if _, err := w.compress.Write(part); err != nil {
			return nil, fmt.Errorf("compress: %w", err)
		}
	}
	if err := w.compress.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	out := w.head(magic, version, formCompressed, len(head)+len(w.table)+len(w.body), w.packed.Len())
	return sign(append(out, w.packed.Bytes()...)), nil
}

func (w *Writer) head(magic string, version, form byte, size, room int) []byte {
	out := make([]byte, headBytes, headBytes+room)
	copy(out, magic)
	out[magicBytes] = version
	out[formStart] = form
	binary.LittleEndian.PutUint32(out[sizeStart:], uint32(size))
	return out
}

func sign(record []byte) []byte {
	binary.LittleEndian.PutUint32(record[checksumStart:], crc32.Checksum(record[formStart:], castagnoli))
	return record
}
