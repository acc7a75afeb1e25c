package exposition

import (
	"encoding/hex"
	"io"
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of io.prometheus.client, as metrics.proto has them.
const (
	familyName, familyHelp, familyType, familyMetric = 1, 2, 3, 4

	labelName, labelValue = 1, 2

	metricLabel, metricGauge, metricCounter, metricHistogram = 1, 2, 3, 7

	numberValue, counterExemplar, counterCreated = 1, 2, 3

	histogramCount, histogramSum, histogramBucket, histogramCountFloat = 1, 2, 3, 4
	histogramSchema, histogramZeroThreshold                            = 5, 6
	histogramZeroCount, histogramZeroCountFloat                        = 7, 8
	histogramSpan, histogramDelta, histogramPositiveCount              = 12, 13, 14
	histogramCreated, histogramExemplars                               = 15, 16

	bucketCount, bucketBound, bucketExemplar, bucketCountFloat = 1, 2, 3, 4

	spanOffset, spanLength = 1, 2

	exemplarLabel, exemplarValue, exemplarTime = 1, 2, 3

	timeSeconds, timeNanos = 1, 2
)

// proto writes MetricFamily messages, each with its length before it. A family is
// held until it ends, because its length comes first.
type proto struct {
	buffer

	layout     *Layout
	histograms Histograms
	kind       Kind
	open       bool
	family     []byte // the present MetricFamily
	// Messages inside of it, from the outside in; they are emptied when used anew.
	metric, body, part, inner []byte
	spans                     []span
}

// NewProto makes an encoder of delimited protobuf.
func NewProto(out io.Writer, l *Layout, histograms Histograms) Encoder {
	return &proto{buffer: buffer{out: out}, layout: l, histograms: histograms}
}

var kindTypes = [...]dto.MetricType{
	Counter:   dto.MetricType_COUNTER,
	Gauge:     dto.MetricType_GAUGE,
	Histogram: dto.MetricType_HISTOGRAM,
}

// Labels gives the LabelPair fields of a Metric.
func (p *proto) Labels(labels ...Label) Labels {
	size := 0
	for _, l := range labels {
		size += len(l.Name) + len(l.Value) + 4*protowire.SizeVarint(uint64(len(l.Value)+len(l.Name)+8))
	}
	start := p.reserve(size)
	for _, l := range labels {
		p.inner = appendString(p.inner[:0], labelName, l.Name)
		p.inner = appendString(p.inner, labelValue, l.Value)
		p.arena = appendMessage(p.arena, metricLabel, p.inner)
	}
	return Labels(p.arena[start:len(p.arena):len(p.arena)])
}

func (p *proto) Begin(f Family) {
	p.end()
	p.open, p.kind = true, f.Kind
	p.family = appendString(p.family[:0], familyName, f.Name)
	p.family = appendString(p.family, familyHelp, f.Help)
	p.family = appendVarint(p.family, familyType, uint64(kindTypes[f.Kind]))
}

func (p *proto) end() {
	if !p.open {
		return
	}
	p.open = false
	p.b = protowire.AppendVarint(p.b, uint64(len(p.family)))
	p.flush()
	p.write(p.family)
}

func (p *proto) Value(s *Sample, value float64) {
	p.body = appendDouble(p.body[:0], numberValue, value)
	field := protowire.Number(metricGauge)
	if p.kind == Counter {
		field = metricCounter
		p.exemplar(counterExemplar, s.Exemplar)
		p.created(counterCreated, s.Created)
	}
	p.series(s, field)
}

// More gives the same: fields need nothing between them.
func (p *proto) More(labels ...Label) Labels { return p.Labels(labels...) }

// series wraps the body into a Metric and that into the family.
func (p *proto) series(s *Sample, field protowire.Number) {
	p.metric = append(append(p.metric[:0], s.Labels...), s.More...)
	p.metric = appendMessage(p.metric, field, p.body)
	p.family = appendMessage(p.family, familyMetric, p.metric)
}

// Histogram writes whole counts as integers and others as floats, as the native
// histograms of sampled calls are.
func (p *proto) Histogram(s *Sample, c *Counts) {
	total, whole := c.total()
	p.body = appendNumber(p.body[:0], whole, histogramCount, histogramCountFloat, total)
	p.body = appendDouble(p.body, histogramSum, c.Sum)
	if p.histograms&Classic != 0 {
		p.classic(s, c, whole)
	}
	if p.histograms&Native != 0 {
		p.native(c, whole)
		p.exemplar(histogramExemplars, s.Exemplar)
	}
	p.created(histogramCreated, s.Created)
	p.series(s, metricHistogram)
}

func (p *proto) classic(s *Sample, c *Counts, whole bool) {
	var lower float64
	p.layout.cumulative(c, func(b *bound, count float64) {
		p.part = appendNumber(p.part[:0], whole, bucketCount, bucketCountFloat, count)
		p.part = appendDouble(p.part, bucketBound, b.le)
		if s.Exemplar.within(lower, b.le) {
			p.part = appendMessage(p.part, bucketExemplar, p.exemplarMessage(s.Exemplar))
		}
		p.body = appendMessage(p.body, histogramBucket, p.part)
		lower = b.le
	})
}

func (p *proto) exemplar(field protowire.Number, e *Exemplar) {
	if e != nil {
		p.body = appendMessage(p.body, field, p.exemplarMessage(e))
	}
}

// exemplarMessage is valid until the next one.
func (p *proto) exemplarMessage(e *Exemplar) []byte {
	var label [64]byte // room for the longer of the two
	m := p.inner[:0]
	m = appendMessage(m, exemplarLabel, appendID(appendString(label[:0], labelName, "span_id"), e.SpanID[:]))
	m = appendMessage(m, exemplarLabel, appendID(appendString(label[:0], labelName, "trace_id"), e.TraceID[:]))
	m = appendDouble(m, exemplarValue, e.Value)
	p.inner = appendMessage(m, exemplarTime, appendTime(label[:0], e.At))
	return p.inner
}

// appendID appends an id in hexadecimal as the value of a label.
func appendID(b, id []byte) []byte {
	b = protowire.AppendTag(b, labelValue, protowire.BytesType)
	return hex.AppendEncode(protowire.AppendVarint(b, uint64(hex.EncodedLen(len(id)))), id)
}

func (p *proto) created(field protowire.Number, at time.Time) {
	if !at.IsZero() {
		p.inner = appendTime(p.inner[:0], at)
		p.body = appendMessage(p.body, field, p.inner)
	}
}

func (p *proto) Close() error {
	p.end()
	return p.err
}

func appendString(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func appendMessage(b []byte, field protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), m)
}

func appendVarint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func appendDouble(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

// appendNumber writes a count into the field for whole ones, or that for others.
func appendNumber(b []byte, whole bool, integer, float protowire.Number, count float64) []byte {
	if whole {
		return appendVarint(b, integer, uint64(count))
	}
	return appendDouble(b, float, count)
}

func appendTime(b []byte, at time.Time) []byte {
	b = appendVarint(b, timeSeconds, uint64(at.Unix()))
	return appendVarint(b, timeNanos, uint64(at.Nanosecond()))
}
