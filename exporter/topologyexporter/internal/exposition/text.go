package exposition

import (
	"io"
	"math"
	"strconv"
	"strings"
)

// text writes the text format, and OpenMetrics, which differs from it in the names of
// counters, in exemplars and in an end mark.
type text struct {
	buffer

	layout      *Layout
	openMetrics bool
	kind        Kind
	// Beginnings of the lines of the present family, up to the labels.
	value, bucket, sum, count string
}

// NewText makes an encoder of the Prometheus text format 0.0.4.
func NewText(out io.Writer, l *Layout) Encoder {
	return &text{buffer: buffer{out: out}, layout: l}
}

// NewOpenMetrics makes an encoder of OpenMetrics 1.0.0.
func NewOpenMetrics(out io.Writer, l *Layout) Encoder {
	return &text{buffer: buffer{out: out}, layout: l, openMetrics: true}
}

var kindNames = [...]string{Counter: "counter", Gauge: "gauge", Histogram: "histogram"}

func (t *text) Begin(f Family) {
	t.kind = f.Kind
	name := f.Name
	if t.openMetrics && f.Kind == Counter {
		name = strings.TrimSuffix(name, "_total")
	}
	help := helpEscaper.Replace(f.Help)
	if t.openMetrics {
		help = labelEscaper.Replace(f.Help)
	}
	t.b = append(t.b, "# HELP "+name+" "+help+"\n# TYPE "+name+" "+kindNames[f.Kind]+"\n"...)
	t.value = f.Name + "{"
	t.bucket, t.sum, t.count = f.Name+"_bucket{", f.Name+"_sum{", f.Name+"_count{"
}

var (
	helpEscaper  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	labelEscaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// Labels gives `a="b",c="d"`.
func (t *text) Labels(labels ...Label) Labels { return t.More(labels...)[1:] }

// More gives `,a="b",c="d"`.
func (t *text) More(labels ...Label) Labels {
	size := 0
	for _, l := range labels {
		size += len(l.Name) + 2*len(l.Value) + len(`,=""`)
	}
	start := t.reserve(size)
	for _, l := range labels {
		t.arena = append(t.arena, ',')
		t.arena = append(append(t.arena, l.Name...), `="`...)
		t.arena = appendEscaped(t.arena, l.Value)
		t.arena = append(t.arena, '"')
	}
	return Labels(t.arena[start:len(t.arena):len(t.arena)])
}

func appendEscaped(b []byte, s string) []byte {
	if !strings.ContainsAny(s, "\\\n\"") {
		return append(b, s...)
	}
	for i := range len(s) {
		switch s[i] {
		case '\\', '"':
			b = append(b, '\\', s[i])
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, s[i])
		}
	}
	return b
}

func (t *text) Value(s *Sample, value float64) {
	t.line(t.value, s)
	t.b = t.appendFloat(t.b, value)
	if t.kind == Counter {
		t.exemplar(s.Exemplar)
	}
	t.b = append(t.b, '\n')
	t.flushFull()
}

// line begins a line, up to its value.
func (t *text) line(beginning string, s *Sample) { t.b = append(t.series(beginning, s), "} "...) }

// series is a line's beginning with the labels, which are not closed.
func (t *text) series(beginning string, s *Sample) []byte {
	return append(append(append(t.b, beginning...), s.Labels...), s.More...)
}

// Histogram writes counts rounded to whole ones, as the formats want them; rounding
// keeps them in order.
func (t *text) Histogram(s *Sample, c *Counts) {
	var lower float64
	t.layout.cumulative(c, func(b *bound, count float64) {
		t.b = append(t.series(t.bucket, s), s.follow(b.text)...)
		t.b = appendCount(t.b, count)
		t.exemplarWithin(s.Exemplar, lower, b.le)
		t.b = append(t.b, '\n')
		lower = b.le
	})
	total, _ := c.total()
	t.b = append(t.series(t.bucket, s), s.follow(`,le="+Inf"} `)...)
	t.b = appendCount(t.b, total)
	t.exemplarWithin(s.Exemplar, lower, math.Inf(1))
	t.b = append(t.b, '\n')
	t.line(t.sum, s)
	t.b = append(t.appendFloat(t.b, c.Sum), '\n')
	t.line(t.count, s)
	t.b = append(appendCount(t.b, total), '\n')
	t.flushFull()
}

// follow is the text of a label that follows those of a sample, if it has any.
func (s *Sample) follow(label string) string {
	if len(s.Labels) == 0 {
		return label[1:]
	}
	return label
}

// appendFloat writes a number as short as it can be read back. OpenMetrics asks for a
// point in it.
func (t *text) appendFloat(b []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		b = strconv.AppendInt(b, int64(f), 10)
		if t.openMetrics {
			b = append(b, ".0"...)
		}
		return b
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

func appendCount(b []byte, count float64) []byte {
	return strconv.AppendUint(b, uint64(math.Round(count)), 10)
}

func (t *text) Close() error {
	if t.openMetrics {
		t.b = append(t.b, "# EOF\n"...)
	}
	t.flush()
	return t.err
}
