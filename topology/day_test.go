package topology

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// daySpans is how many spans a simulated day has: 10 million with
// POLYSPAN_DAY_SPANS=10000000, fewer by default.
func daySpans(t *testing.T) int {
	if s := os.Getenv("POLYSPAN_DAY_SPANS"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		return n
	}
	if testing.Short() {
		return 100_000
	}
	return 500_000
}

// day sends calls, retries, messages, calls to databases and duplicates of them for
// 24 hours, and knows what they add up to.
type day struct {
	g        *Graph
	r        *rand.Rand
	services [8]ServiceID
	truth    map[string]float64
	spans    int
	late     []Observation // to be delivered in the next step
	trace    int
}

func dayService(i int) string { return fmt.Sprint("s", i) }

func (d *day) step(now time.Time) {
	d.g.Advance(now)
	for i := range d.services {
		d.services[i] = d.g.Service(&Resource{Name: dayService(i), SDKLanguage: "go", Instance: strconv.Itoa(i)})
	}
	batch := d.late
	d.late = nil
	for range 8 {
		batch = append(batch, d.call(now)...)
	}
	d.r.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	d.spans += len(batch)
	d.g.Add(batch)
}

// call makes the spans of one call; some of them are delivered later.
func (d *day) call(now time.Time) []Observation {
	d.trace++
	from, to := d.r.IntN(len(d.services)), d.r.IntN(len(d.services))
	o := func(service, id, parent int, kind Kind, a Attributes) Observation {
		start := now.UnixNano() - d.r.Int64N(1e9)
		out := Observation{Trace: traceID(d.trace), Span: spanID(id), Service: d.services[service], Kind: kind, Start: start, End: start + d.r.Int64N(1e9), Attributes: a}
		if parent > 0 {
			out.Parent = spanID(parent)
		}
		return out
	}
	count := func(source, target string, n float64) { d.truth[source+" -> "+target] += n }
	var spans []Observation
	switch d.r.IntN(5) {
	case 0: // a call, retried
		spans = []Observation{o(from, 1, 0, KindClient, http), o(to, 2, 1, KindServer, http), o(to, 3, 1, KindServer, http)}
		count(dayService(from), dayService(to), 2)
	case 1: // a root with a call to a database
		spans = []Observation{o(from, 1, 0, KindServer, http), o(from, 2, 1, KindClient, postgres)}
		count(UserName, dayService(from), 1)
		count(dayService(from), "postgresql:payments", 1)
	case 2: // a message to two
		spans = []Observation{o(from, 1, 0, KindProducer, kafka), o(to, 2, 1, KindConsumer, kafka), o((to+1)%len(d.services), 3, 1, KindConsumer, kafka)}
		count(dayService(from), dayService(to), 1)
		count(dayService(from), dayService((to+1)%len(d.services)), 1)
	case 3: // through an internal span
		spans = []Observation{o(from, 1, 0, KindClient, http), o(from, 2, 1, KindInternal, Attributes{}), o(to, 3, 2, KindServer, http)}
		if from == to { // within one service that is no call: its own internal span hides the caller
			spans[2].Parent = spanID(1)
		}
		count(dayService(from), dayService(to), 1)
	default: // a caller that sends no span
		spans = []Observation{o(to, 2, 9, KindServer, http)}
		count(CallerMissingName, dayService(to), 1)
	}
	if d.r.IntN(10) == 0 { // an exporter that sends again
		spans = append(spans, spans[0])
	}
	if last := len(spans) - 1; d.r.IntN(4) == 0 && last > 0 {
		d.late = append(d.late, spans[last])
		spans = spans[:last]
	}
	return spans
}

// Over a day counts are equal to the truth exactly, and memory stays flat.
func TestADay(t *testing.T) {
	const hours = 24
	total := daySpans(t)
	g, err := New(DefaultLimits(), testStart)
	require.NoError(t, err)
	d := &day{g: g, r: rand.New(rand.NewPCG(11, 12)), truth: map[string]float64{}}
	steps := total / 20 // spans a step, about
	width := hours * time.Hour / time.Duration(steps)
	now := testStart
	var early uint64
	for step := 0; d.spans < total; step++ {
		now = testStart.Add(time.Duration(step) * width)
		d.step(now)
		if early == 0 && d.spans > total/4 {
			early = heapInUse()
		}
	}
	late := heapInUse()
	g.Advance(now.Add(width))
	g.Add(d.late)
	d.spans += len(d.late)
	got := map[string]float64{}
	EachTotal(noLock{}, g, now.Add(6*time.Minute), func(s *EdgeState) { got[s.Source.Name+" -> "+s.Target.Name] += s.Total.Calls })
	s := g.Stats()
	t.Logf("%d spans over %v: %d calls on %d edges, %d duplicates; heap %d KiB after a quarter, %d KiB at the end",
		d.spans, now.Sub(testStart), s.Calls, s.Edges, s.Duplicates, early>>10, late>>10)
	assert.Equal(t, d.truth, got)
	assert.InDelta(t, float64(early), float64(late), 0.15*float64(early)+1<<20, "heap")
	assert.Zero(t, s.Evicted)
}
