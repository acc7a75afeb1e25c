package corpus

import (
	"math/rand/v2"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// TagKey is the attribute that holds a span's number ([Case.First] plus its index)
// when [Batcher] is told to tag.
const TagKey = "corpus.span"

// maxBatch is the largest number of spans that an SDK exports at once, by default.
const maxBatch = 512

// Batcher turns cases into what the services' SDKs export: batches per process, or
// per host where an agent collects them, of different sizes, in which many
// requests are mixed; the spans of one request in one process may be in two. Use
// [NewBatcher]. It needs the memory of what was not taken yet.
type Batcher struct {
	r            *rand.Rand
	tag          bool
	open         map[exporter]*batch
	onTime, late []ptrace.Traces
	spans        int
}

// exporter is where spans wait to be sent together.
type exporter struct {
	process *process // nil for a host's agent
	host    *host
	turn    uint8 // an SDK exports in turns; a span falls into this one or the next
	late    bool
}

type batch struct {
	td    ptrace.Traces
	room  int
	parts []part
}

// part is one resource of a batch.
type part struct {
	process *process
	spans   ptrace.ResourceSpans
	scopes  [numScopes]ptrace.SpanSlice
	made    [numScopes]bool
}

const streamBatches = 3

// NewBatcher makes a batcher. The seed decides how spans fall into batches.
func NewBatcher(seed uint64) *Batcher {
	return &Batcher{r: rand.New(rand.NewPCG(seed, streamBatches)), open: map[exporter]*batch{}}
}

// NewTaggedBatcher makes a batcher that gives every span its number under [TagKey].
func NewTaggedBatcher(seed uint64) *Batcher {
	b := NewBatcher(seed)
	b.tag = true
	return b
}

// Add copies the case's exported spans into batches.
func (b *Batcher) Add(c *Case) {
	for i := range c.Spans {
		s := &c.Spans[i]
		turn := uint8(b.r.Uint32() & 1)
		for n := range s.Copies {
			b.add(s, c.First+int64(i), turn^uint8(n))
		}
	}
}

// Spans is the number of spans added since the last Take.
func (b *Batcher) Spans() int { return b.spans }

// Take gives all batches since the last call, and those of late spans, which are
// to be sent when the others have left. The caller owns them.
func (b *Batcher) Take() (onTime, late []ptrace.Traces) {
	clear(b.open) // their traces are in the lists already
	onTime, late = b.onTime, b.late
	b.onTime, b.late, b.spans = nil, nil, 0
	return onTime, late
}

func (b *Batcher) add(s *Span, number int64, turn uint8) {
	at := exporter{process: s.process, host: s.process.host, turn: turn, late: s.Late}
	if at.host.agent {
		at.process = nil
	}
	to := b.open[at]
	if to == nil {
		to = &batch{td: ptrace.NewTraces(), room: 1 + b.r.IntN(maxBatch)}
		b.open[at] = to
		if s.Late {
			b.late = append(b.late, to.td)
		} else {
			b.onTime = append(b.onTime, to.td)
		}
	}
	dst := to.slice(s).AppendEmpty()
	s.writeTo(dst)
	if b.tag {
		dst.Attributes().PutInt(TagKey, number)
	}
	b.spans++
	to.room--
	if to.room == 0 {
		delete(b.open, at)
	}
}

// slice is where a span goes: its process's resource and its instrumentation's scope.
func (b *batch) slice(s *Span) ptrace.SpanSlice {
	var p *part
	for i := range b.parts {
		if b.parts[i].process == s.process {
			p = &b.parts[i]
		}
	}
	if p == nil {
		rs := b.td.ResourceSpans().AppendEmpty()
		rs.SetSchemaUrl(s.process.service.schema())
		attrs := rs.Resource().Attributes()
		attrs.EnsureCapacity(len(s.process.resource))
		put(attrs, s.process.resource)
		b.parts = append(b.parts, part{process: s.process, spans: rs})
		p = &b.parts[len(b.parts)-1]
	}
	if !p.made[s.scope] {
		ss := p.spans.ScopeSpans().AppendEmpty()
		ss.Scope().SetName(s.process.service.profile.scopes[s.scope])
		p.scopes[s.scope], p.made[s.scope] = ss.Spans(), true
	}
	return p.scopes[s.scope]
}
