package packed

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/topology"
)

func fill(w *Writer) {
	w.Reset()
	w.Number(1 << 60)
	w.Signed(-5)
	w.Count(7)
	w.Count(0.1)
	w.Float(1e300)
	w.Text("a name")
	w.Text("a name")
	w.Name(topology.NodeName{Namespace: "shop", Name: ""})
	w.Histogram(&topology.Histogram{First: 3, Counts: []float64{0, 2, 0.5, 0}, SumSeconds: 0.1})
}

func TestRoundTrip(t *testing.T) {
	var w Writer
	for range 2 { // a writer can be used again
		fill(&w)
		plain := w.Record("abc", 4)
		compressed, err := w.Compressed("abc", 4)
		require.NoError(t, err)
		for _, b := range [][]byte{plain, compressed} {
			r, err := NewReader(b, "abc", 4)
			require.NoError(t, err)
			assert.True(t, r.More())
			assert.Equal(t, uint64(1<<60), r.Number())
			assert.Equal(t, int64(-5), r.Signed())
			assert.Equal(t, []float64{7, 0.1, 1e300}, []float64{r.Count(), r.Count(), r.Float()})
			assert.Equal(t, []string{"a name", "a name"}, []string{r.Text(), r.Text()})
			assert.Equal(t, topology.NodeName{Namespace: "shop"}, r.Name())
			var h topology.Histogram
			r.Histogram(&h)
			assert.Equal(t, topology.Histogram{First: 4, Counts: []float64{2, 0.5}, SumSeconds: 0.1}, h)
			assert.False(t, r.More())
			assert.NoError(t, r.Done())
		}
	}
}

func TestRefused(t *testing.T) {
	var w Writer
	fill(&w)
	plain := w.Record("abc", 1)
	compressed, err := w.Compressed("abc", 1)
	require.NoError(t, err)
	change := func(of []byte, f func([]byte) []byte) []byte { return f(slices.Clone(of)) }
	resize := func(n uint32) func([]byte) []byte {
		return func(b []byte) []byte { binary.LittleEndian.PutUint32(b[sizeStart:], n); return sign(b) }
	}
	tests := []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing", nil, ErrForeign},
		{"another program's", []byte(strings.Repeat("{}", 20)), ErrForeign},
		{"of the next version", change(plain, func(b []byte) []byte { b[3] = 2; return b }), ErrVersion},
		{"cut", plain[:len(plain)-3], ErrDamaged},
		{"one bit", change(plain, func(b []byte) []byte { b[len(b)/2] ^= 1; return b }), ErrDamaged},
		{"a size beyond bounds", change(compressed, resize(1<<31)), ErrDamaged},
		{"too large a size", change(compressed, resize(1<<20)), ErrDamaged},
		{"too small a size of what is plain", change(plain, resize(40)), ErrDamaged},
		{"not compressed", change(compressed, func(b []byte) []byte { return sign(append(b[:headBytes], "plain"...)) }), ErrDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewReader(tt.in, "abc", 1)
			assert.ErrorIs(t, err, tt.want)
		})
	}
}

// What is signed and nonsense is read as zeros and said by Done.
func TestNonsense(t *testing.T) {
	tests := map[string]struct {
		content []byte
		read    func(*Reader)
	}{
		"end":                    {[]byte{0}, func(r *Reader) { r.Number() }},
		"end of a signed number": {[]byte{0, 0x80}, func(r *Reader) { r.Signed() }},
		"length beyond the end":  {[]byte{0, 9, 1}, func(r *Reader) { r.Length(1) }},
		"name that is not there": {[]byte{1, 1, 'a', 1}, func(r *Reader) { r.Text() }},
		"names beyond the end":   {[]byte{2, 1, 'a', 9}, func(*Reader) {}},
		"not a number":           {append([]byte{0, 1}, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f), func(r *Reader) { r.Count() }},
		"infinite":               {append([]byte{0, 1}, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f), func(r *Reader) { r.Count() }},
		"below 0":                {append([]byte{0}, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf), func(r *Reader) { r.Float() }},
		"bucket beyond the last": {append([]byte{0, 1, 0xff, 0x7f, 2}, make([]byte, 8)...), func(r *Reader) { r.Histogram(&topology.Histogram{}) }},
		"something left over":    {[]byte{0, 1, 2}, func(r *Reader) { r.Number() }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := make([]byte, headBytes)
			copy(b, "abc\x01")
			binary.LittleEndian.PutUint32(b[sizeStart:], uint32(len(tt.content)))
			r, err := NewReader(sign(append(b, tt.content...)), "abc", 1)
			require.NoError(t, err)
			tt.read(r)
			assert.ErrorIs(t, r.Done(), ErrDamaged)
		})
	}
}
