package topology

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What is drawn is a function of the spans, not of the order in which they arrive
// or how they are batched (rule T3).
func TestOrderDoesNotMatter(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		spans := someTrace(r, 40)
		var want []string
		for round := range 6 {
			limits := DefaultLimits()
			limits.Window = 12 * time.Minute
			w := newWorld(t, limits)
			w.Advance(testStart)
			batch := make([]Observation, 0, len(spans))
			for _, s := range spans {
				batch = append(batch, *w.observation(s))
			}
			for chunk := range slices.Chunk(batch, 1+r.IntN(len(batch))) {
				w.Graph.Add(chunk)
			}
			drawn := w.drawn(7 * time.Minute) // all waits are over
			if round == 0 {
				want = drawn
			}
			if !assert.Equal(t, want, drawn, "seed %d, spans %v", seed, spans) {
				return
			}
			r.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		}
	}
}

// someTrace makes a tree of calls: every service enters by a server or consumer span,
// works in internal spans, and leaves by client or producer spans, some of them
// nested in others to any depth, some with internal spans inside, some to nobody who
// sends spans. Messages are tied to their
// sender by parent or by link.
func someTrace(r *rand.Rand, n int) []span {
	type open struct {
		service int
		trace   int
		id      int
		kind    Kind
		nested  bool
	}
	spans := []span{{service: "s0", kind: KindServer, id: 1, attrs: http}}
	live := []open{{trace: 1, id: 1, kind: KindServer}}
	for len(spans) < n {
		at := live[r.IntN(len(live))]
		s := span{trace: at.trace, id: len(spans) + 1, parent: at.id, attrs: http}
		next, nested := at.service, false
		switch at.kind {
		case KindClient:
			switch nested = r.IntN(3) == 0; {
			case nested:
				s.kind, s.attrs = KindClient, to(fmt.Sprint("host", r.IntN(3)))
			case r.IntN(3) == 0:
				s.kind, nested = KindInternal, true
			default:
				next, s.kind = r.IntN(5), KindServer
			}
		case KindProducer:
			next, s.kind, s.attrs = r.IntN(5), KindConsumer, kafka
			if r.IntN(2) == 0 { // in a trace of its own
				s.links, s.parent, s.trace = [][2]int{{at.trace, at.id}}, 0, s.id
			}
		case KindInternal:
			if at.nested { // inside of a call
				next, s.kind = r.IntN(5), KindServer
				break
			}
			fallthrough
		default:
			switch r.IntN(4) {
			case 0:
				s.kind = KindInternal
			case 1:
				s.kind, s.attrs = KindProducer, kafka
			case 2:
				s.kind, s.attrs = KindClient, postgres
			default:
				s.kind = KindClient
			}
		}
		s.service = fmt.Sprint("s", next)
		s.failed = r.IntN(10) == 0
		spans = append(spans, s)
		live = append(live, open{next, s.trace, s.id, s.kind, nested})
	}
	return spans
}
