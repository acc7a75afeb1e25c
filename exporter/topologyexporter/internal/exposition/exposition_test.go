package exposition

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protodelim"
)

// testLayout has four buckets a doubling from 1/16 s on, and the bounds 0.25 and 1.
func testLayout() *Layout {
	var upper []float64
	for i := range 25 {
		upper = append(upper, math.Exp2(float64(i)/4-4))
	}
	return NewLayout(upper, []float64{0.25, 1})
}

var (
	created  = time.Unix(1_700_000_000, 500_000_000).UTC()
	exemplar = Exemplar{
		TraceID: [16]byte{0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c},
		SpanID:  [8]byte{0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31},
		Value:   0.5, At: created.Add(time.Second),
	}
)

// write is the same answer in any format.
func write(e Encoder) error {
	odd := e.Labels(Label{"client", "a\"b\\c\nd"}, Label{"server", "é 世"})
	plain := e.Labels(Label{"client", ""}, Label{"server", "b"})
	e.Begin(Family{Name: "calls_total", Help: `All "calls" \ messages.`, Kind: Counter})
	e.Value(&Sample{Labels: odd, Created: created, Exemplar: &exemplar}, 3)
	e.Value(&Sample{Labels: plain, Created: created}, 1.25)
	e.Begin(Family{Name: "info", Help: "An edge.", Kind: Gauge})
	e.Value(&Sample{Labels: plain}, 1)
	e.Begin(Family{Name: "seconds", Help: "Durations.", Kind: Histogram})
	// Buckets 0, 12 (up to 0.5) and 13 of the layout, and the last.
	counts := make([]float64, 25)
	counts[0], counts[12], counts[13], counts[24] = 2, 1, 4, 1
	e.Histogram(&Sample{Labels: odd, Created: created, Exemplar: &exemplar}, &Counts{Counts: counts, Sum: 20.5})
	e.Histogram(&Sample{Labels: plain, Created: created}, &Counts{})
	e.Begin(Family{Name: "alone_seconds", Help: "Without labels.", Kind: Histogram})
	e.Histogram(&Sample{}, &Counts{First: 24, Counts: []float64{1}, Sum: 4})
	return e.Close()
}

const wantText = `# HELP calls_total All "calls" \\ messages.
# TYPE calls_total counter
calls_total{client="a\"b\\c\nd",server="é 世"} 3
calls_total{client="",server="b"} 1.25
# HELP info An edge.
# TYPE info gauge
info{client="",server="b"} 1
# HELP seconds Durations.
# TYPE seconds histogram
seconds_bucket{client="a\"b\\c\nd",server="é 世",le="0.25"} 2
seconds_bucket{client="a\"b\\c\nd",server="é 世",le="1"} 7
seconds_bucket{client="a\"b\\c\nd",server="é 世",le="+Inf"} 8
seconds_sum{client="a\"b\\c\nd",server="é 世"} 20.5
seconds_count{client="a\"b\\c\nd",server="é 世"} 8
seconds_bucket{client="",server="b",le="0.25"} 0
seconds_bucket{client="",server="b",le="1"} 0
seconds_bucket{client="",server="b",le="+Inf"} 0
seconds_sum{client="",server="b"} 0
seconds_count{client="",server="b"} 0
# HELP alone_seconds Without labels.
# TYPE alone_seconds histogram
alone_seconds_bucket{le="0.25"} 0
alone_seconds_bucket{le="1"} 0
alone_seconds_bucket{le="+Inf"} 1
alone_seconds_sum{} 4
alone_seconds_count{} 1
`

func TestText(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, write(NewText(&out, testLayout())))
	assert.Equal(t, wantText, out.String())
}

const wantOpenMetrics = `# HELP calls All \"calls\" \\ messages.
# TYPE calls counter
calls_total{client="a\"b\\c\nd",server="é 世"} 3.0 # {span_id="b7ad6b7169203331",trace_id="0af7651916cd43dd8448eb211c80319c"} 0.5 1700000001.500
calls_total{client="",server="b"} 1.25
# HELP info An edge.
# TYPE info gauge
info{client="",server="b"} 1.0
# HELP seconds Durations.
# TYPE seconds histogram
seconds_bucket{client="a\"b\\c\nd",server="é 世",le="0.25"} 2
seconds_bucket{client="a\"b\\c\nd",server="é 世",le="1"} 7 # {span_id="b7ad6b7169203331",trace_id="0af7651916cd43dd8448eb211c80319c"} 0.5 1700000001.500
seconds_bucket{client="a\"b\\c\nd",server="é 世",le="+Inf"} 8
seconds_sum{client="a\"b\\c\nd",server="é 世"} 20.5
seconds_count{client="a\"b\\c\nd",server="é 世"} 8
seconds_bucket{client="",server="b",le="0.25"} 0
seconds_bucket{client="",server="b",le="1"} 0
seconds_bucket{client="",server="b",le="+Inf"} 0
seconds_sum{client="",server="b"} 0.0
seconds_count{client="",server="b"} 0
# HELP alone_seconds Without labels.
# TYPE alone_seconds histogram
alone_seconds_bucket{le="0.25"} 0
alone_seconds_bucket{le="1"} 0
alone_seconds_bucket{le="+Inf"} 1
alone_seconds_sum{} 4.0
alone_seconds_count{} 1
# EOF
`

func TestOpenMetrics(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, write(NewOpenMetrics(&out, testLayout())))
	assert.Equal(t, wantOpenMetrics, out.String())
}

// The protobuf form, read by Prometheus' own types and printed as text by its own
// writer, is the text form.
func TestProtoAgreesWithText(t *testing.T) {
	var out, again bytes.Buffer
	require.NoError(t, write(NewProto(&out, testLayout(), Classic)))
	for _, f := range families(t, &out) {
		_, err := expfmt.MetricFamilyToText(&again, f)
		require.NoError(t, err)
	}
	// Its writer leaves the braces away where there are no labels.
	assert.Equal(t, strings.ReplaceAll(wantText, "{} ", " "), again.String())
}

// Prometheus' own parser takes the text form.
func TestTextIsRead(t *testing.T) {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	got, err := parser.TextToMetricFamilies(bytes.NewBufferString(wantText))
	require.NoError(t, err)
	assert.Len(t, got, 4)
	assert.Equal(t, "a\"b\\c\nd", got["info"].GetMetric()[0].GetLabel()[0].GetValue()+got["calls_total"].GetMetric()[0].GetLabel()[0].GetValue())
}

func TestNativeHistogram(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, write(NewProto(&out, testLayout(), Native)))
	metrics := families(t, &out)[2].GetMetric()
	h := metrics[0].GetHistogram()
	assert.Empty(t, h.GetBucket(), "no classic buckets")
	assert.Equal(t, uint64(8), h.GetSampleCount())
	assert.InDelta(t, 20.5, h.GetSampleSum(), 0)
	assert.Equal(t, int32(3), h.GetSchema())
	assert.InDelta(t, 1.0/16, h.GetZeroThreshold(), 0)
	assert.Equal(t, uint64(2), h.GetZeroCount())
	assert.Equal(t, created, h.GetCreatedTimestamp().AsTime())
	require.Len(t, h.GetExemplars(), 1)
	assert.Equal(t, exemplar.At, h.GetExemplars()[0].GetTimestamp().AsTime())
	assert.Equal(t, "b7ad6b7169203331", h.GetExemplars()[0].GetLabel()[0].GetValue())
	assert.Equal(t, "0af7651916cd43dd8448eb211c80319c", h.GetExemplars()[0].GetLabel()[1].GetValue())
	// Bucket 12 is (0.42, 0.5], so native bucket -8, (0.46, 0.5]; bucket 13 is
	// (0.5, 0.59] and goes to -6; the last, (3.36, 4], to 16.
	assert.Equal(t, map[int]int64{-8: 1, -7: 0, -6: 4, 16: 1}, nativeCounts(h))

	empty := metrics[1].GetHistogram()
	require.Len(t, empty.GetPositiveSpan(), 1, "an empty histogram is native by its empty span")
	assert.Zero(t, empty.GetPositiveSpan()[0].GetLength())
}

// nativeCounts undoes spans and deltas.
func nativeCounts(h *dto.Histogram) map[int]int64 {
	counts := map[int]int64{}
	index, next := 0, 0
	var count int64
	for _, s := range h.GetPositiveSpan() {
		index += int(s.GetOffset())
		for range s.GetLength() {
			count += h.GetPositiveDelta()[next]
			counts[index] = count
			next++
			index++
		}
	}
	return counts
}

// Sampled calls count as several, not always whole ones.
func TestFractionsAreFloats(t *testing.T) {
	var out bytes.Buffer
	e := NewProto(&out, testLayout(), Both)
	e.Begin(Family{Name: "seconds", Help: "Durations.", Kind: Histogram})
	e.Histogram(&Sample{Labels: e.Labels()}, &Counts{First: 12, Counts: []float64{1.5, 0.25}, Sum: 2})
	require.NoError(t, e.Close())
	h := families(t, &out)[0].GetMetric()[0].GetHistogram()
	assert.InDelta(t, 1.75, h.GetSampleCountFloat(), 0)
	assert.Equal(t, []float64{1.5, 0, 0.25}, h.GetPositiveCount())
	require.Len(t, h.GetBucket(), 2)
	assert.Zero(t, h.GetBucket()[0].GetCumulativeCountFloat())
	assert.InDelta(t, 1.75, h.GetBucket()[1].GetCumulativeCountFloat(), 0)

	var text bytes.Buffer
	e = NewText(&text, testLayout())
	e.Begin(Family{Name: "seconds", Kind: Histogram})
	e.Histogram(&Sample{Labels: e.Labels(Label{"a", "b"})}, &Counts{First: 12, Counts: []float64{1.5, 0.25}, Sum: 2})
	require.NoError(t, e.Close())
	assert.Contains(t, text.String(), "seconds_count{a=\"b\"} 2\n", "the text formats want whole counts")
}

func families(t *testing.T, r io.Reader) []*dto.MetricFamily {
	t.Helper()
	var all []*dto.MetricFamily
	for in := bufio.NewReader(r); ; {
		f := &dto.MetricFamily{}
		err := protodelim.UnmarshalFrom(in, f)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, f)
	}
}

type failingWriter struct{}

var errWrite = errors.New("gone")

func (failingWriter) Write([]byte) (int, error) { return 0, errWrite }

func TestWriteErrorIsKept(t *testing.T) {
	for name, e := range map[string]Encoder{
		"text":  NewText(failingWriter{}, testLayout()),
		"proto": NewProto(failingWriter{}, testLayout(), Native),
	} {
		assert.ErrorIs(t, write(e), errWrite, name)
	}
}

// Labels made early must not be overwritten by the many that follow.
func TestLabelsLive(t *testing.T) {
	for _, e := range []Encoder{NewText(io.Discard, testLayout()), NewProto(io.Discard, testLayout(), Classic)} {
		first := e.Labels(Label{"client", "first"})
		want := bytes.Clone(first)
		for range 10_000 {
			e.Labels(Label{"client", "a name of some length\n"})
		}
		assert.Equal(t, want, []byte(first))
	}
}
