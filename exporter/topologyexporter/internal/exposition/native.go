package exposition

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// maxGap is how many empty native buckets are written rather than begin a new span.
const maxGap = 2

// span is a run of native buckets, the first by its index.
type span struct {
	first  int
	counts []float64
}

// native writes the buckets of the native schema. The first of ours is the zero
// bucket: what lies in it is shorter than any call.
func (p *proto) native(c *Counts, whole bool) {
	p.body = appendVarint(p.body, histogramSchema, protowire.EncodeZigZag(nativeSchema))
	p.body = appendDouble(p.body, histogramZeroThreshold, p.layout.zeroThreshold)
	var zero float64
	if c.First == 0 && len(c.Counts) > 0 {
		zero = c.Counts[0]
	}
	p.body = appendNumber(p.body, whole, histogramZeroCount, histogramZeroCountFloat, zero)
	p.project(c)
	p.offsets()
	p.part = p.part[:0]
	if !whole {
		for i := range p.spans {
			for _, n := range p.spans[i].counts {
				p.body = appendDouble(p.body, histogramPositiveCount, n)
			}
		}
		return
	}
	var before int64
	for i := range p.spans {
		for _, n := range p.spans[i].counts {
			p.part = protowire.AppendVarint(p.part, protowire.EncodeZigZag(int64(n)-before))
			before = int64(n)
		}
	}
	p.body = appendMessage(p.body, histogramDelta, p.part) // packed, as the reader may expect
}

// project gathers the counts by native bucket into spans.
func (p *proto) project(c *Counts) {
	for i := range p.spans {
		p.spans[i].counts = p.spans[i].counts[:0]
	}
	p.spans = p.spans[:0]
	for i, n := range c.Counts {
		if n == 0 || c.First+i == 0 {
			continue
		}
		index := p.layout.native[c.First+i]
		last := len(p.spans) - 1
		if last < 0 || index-p.spans[last].end() > maxGap {
			p.beginSpan(index)
			last++
		}
		s := &p.spans[last]
		for s.end() <= index {
			s.counts = append(s.counts, 0)
		}
		s.counts[index-s.first] += n
	}
}

// end is the index behind the span's last bucket.
func (s *span) end() int { return s.first + len(s.counts) }

// beginSpan takes a span that was used before, with its room, if there is one.
func (p *proto) beginSpan(first int) {
	if n := len(p.spans); n < cap(p.spans) {
		p.spans = p.spans[:n+1]
		p.spans[n] = span{first: first, counts: p.spans[n].counts[:0]}
		return
	}
	p.spans = append(p.spans, span{first: first})
}

// offsets writes where the spans are: the first by its index, the others by their
// distance. A histogram without any has an empty one, which marks it as native.
func (p *proto) offsets() {
	at := 0
	for i := range p.spans {
		s := &p.spans[i]
		p.appendSpan(s.first-at, len(s.counts))
		at = s.end()
	}
	if len(p.spans) == 0 {
		p.appendSpan(0, 0)
	}
}

func (p *proto) appendSpan(offset, length int) {
	p.part = appendVarint(p.part[:0], spanOffset, protowire.EncodeZigZag(int64(offset)))
	p.part = appendVarint(p.part, spanLength, uint64(length))
	p.body = appendMessage(p.body, histogramSpan, p.part)
}
