package infer

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newEngine(tb testing.TB, change func(*Config)) *Engine {
	tb.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	e, err := New(cfg)
	require.NoError(tb, err)
	return e
}

var (
	sequence = [][]plan{{{operation: 10, times: 1}}, {{operation: 11, times: 1}}, {{operation: 12, times: 1}}}
	parallel = [][]plan{{{operation: 10, times: 1}, {operation: 11, times: 1}}, {{operation: 12, times: 1}}}
	repeated = [][]plan{{{operation: 10, times: 3}, {operation: 11, times: 2}}, {{operation: 12, times: 1}}}
	cached   = [][]plan{{{operation: 10, times: 1, skipped: 0.4}}, {{operation: 11, times: 1}}}
	forgot   = [][]plan{{{operation: 10, times: 1}}, {{operation: 11, times: 1, late: true}}}
)

// The floors are a little below what was measured, so that a loss is seen.
func TestAccuracy(t *testing.T) {
	for _, tt := range []struct {
		name             string
		load             workload
		right, precision float64
	}{
		{"sequence, one in flight", workload{requests: 600, every: 10 * ms, stages: sequence}, 0.995, 0.99},
		{"sequence, three in flight", workload{requests: 1500, every: 1 * ms, stages: sequence}, 0.95, 0.97},
		{"parallel calls", workload{requests: 1500, every: 1 * ms, stages: parallel}, 0.93, 0.97},
		{"repeated calls", workload{requests: 1000, every: 1.5 * ms, stages: repeated}, 0.95, 0.955},
		{"answers from a cache", workload{requests: 1500, every: 1 * ms, stages: cached}, 0.90, 0.97},
		{"calls that outlive their request", workload{requests: 1500, every: 2 * ms, stages: forgot}, 0.95, 0.97},
		{"replicas", workload{requests: 2000, every: 0.5 * ms, replicas: 3, stages: sequence}, 0.95, 0.97},
		{"half propagated", workload{requests: 2000, every: 1 * ms, stages: sequence, propagated: 0.5}, 0.95, 0.97},
		{"clock of a millisecond", workload{requests: 600, every: 10 * ms, tick: 1 * ms, stages: sequence}, 0.945, 0.97},
		{"between, skewed", workload{requests: 800, every: 5 * ms, stages: sequence, between: true, skew: -30 * ms}, 0.98, 0.98},
		{"between, half propagated", workload{requests: 800, every: 5 * ms, stages: sequence, between: true, skew: 3 * ms, propagated: 0.5}, 0.98, 0.98},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for seed := range uint64(2) {
				rec := tt.load.record(seed)
				got := rec.judge(rec.play(newEngine(t, nil)))
				assert.GreaterOrEqual(t, got.right, tt.right, "lost parents found, seed %d: %+v", seed, got)
				assert.GreaterOrEqual(t, got.accepted, tt.precision, "accepted joins that are right, seed %d: %+v", seed, got)
			}
		})
	}
}

func TestRootsStayRoots(t *testing.T) {
	rec := workload{requests: 2000, every: 1 * ms, stages: sequence, jobEvery: 5 * ms}.record(1)
	require.Greater(t, len(rec.roots), 300)
	got := rec.judge(rec.play(newEngine(t, nil)))
	assert.Less(t, got.roots, 0.005, "true roots given a parent")
	assert.GreaterOrEqual(t, got.right, 0.94, "calls beside them")
}

func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	rec := workload{requests: 300, every: 1 * ms, stages: parallel, jobEvery: 10 * ms}.record(3)
	var want []Join
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 2))
		r.Shuffle(len(rec.spans), func(i, j int) { rec.spans[i], rec.spans[j] = rec.spans[j], rec.spans[i] })
		e := newEngine(t, nil)
		for part := range slices.Chunk(rec.spans, 1+r.IntN(100)) {
			e.Add(1, part)
		}
		got := e.Flush()
		if want == nil {
			want = got
			continue
		}
		require.Equal(t, want, got, "seed %d", seed)
	}
	assert.NotEmpty(t, want)
}

func TestAnswersWithinWait(t *testing.T) {
	rec := workload{requests: 3000, every: 5 * ms, stages: sequence}.record(1)
	const wait, tick = int64(2 * time.Second), int64(100 * time.Millisecond)
	e := newEngine(t, func(c *Config) { c.Wait = time.Duration(wait) })
	arrived := map[Ref]int64{}
	answered := 0
	now := rec.spans[0].End
	for i := 0; i < len(rec.spans); now += tick {
		from := i
		for i < len(rec.spans) && rec.spans[i].End <= now {
			arrived[rec.spans[i].Ref()] = now
			i++
		}
		e.Add(now, rec.spans[from:i])
		for _, j := range e.Advance(now) {
			answered++
			require.LessOrEqual(t, now-arrived[j.Child], wait+tick)
		}
	}
	assert.Greater(t, answered, len(rec.truth)/2)
}

func TestEveryOrphanIsCounted(t *testing.T) {
	rec := workload{requests: 1000, every: 1 * ms, stages: cached, jobEvery: 5 * ms}.record(1)
	for _, tt := range []struct {
		name   string
		change func(*Config)
		gaveUp func(Stats) uint64
	}{
		{"with room", nil, func(s Stats) uint64 { return 1 - min(s.GivenUpOverflow+s.GivenUpWork, 1) }},
		{"few spans held", func(c *Config) { c.MaxSpans = 500 }, func(s Stats) uint64 { return s.GivenUpOverflow }},
		{"little work", func(c *Config) { c.MaxWork = 1000 }, func(s Stats) uint64 { return s.GivenUpWork }},
		{"few endpoints", func(c *Config) { c.MaxEndpoints = 1 }, func(s Stats) uint64 { return s.GivenUpModels }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEngine(t, tt.change)
			joins := rec.play(e)
			s := e.Stats()
			assert.Equal(t, uint64(len(rec.spans)), s.Spans)
			assert.Equal(t, uint64(len(joins)), s.Joined+s.BelowConfidence)
			assert.Equal(t, s.Orphans, s.Joined+s.BelowConfidence+s.Roots+s.GivenUpWork)
			assert.Positive(t, tt.gaveUp(s), "%+v", s)
			assert.LessOrEqual(t, s.Endpoints, e.cfg.MaxEndpoints)
			assert.Zero(t, s.Held)
		})
	}
}

func TestSpanThatEndsBeforeItStarts(t *testing.T) {
	e := newEngine(t, nil)
	e.Add(1, []Span{{ID: [8]byte{1}, Kind: KindClient, Start: 2, End: 1}})
	assert.Empty(t, e.Flush())
	assert.Equal(t, uint64(1), e.Stats().GivenUpTime)
}

func TestSelfChecks(t *testing.T) {
	rec := workload{requests: 6000, every: 5 * ms, stages: sequence, propagated: 0.7}.record(1)
	e := newEngine(t, func(c *Config) { c.Wait, c.SelfCheckEvery = time.Second, 3 })
	rec.play(e)
	checks := e.SelfChecks()
	require.NotEmpty(t, checks)
	assert.Equal(t, theService, checks[0].Service)
	assert.Equal(t, Within, checks[0].Problem)
	assert.Greater(t, checks[0].Checked, uint64(500))
	assert.Greater(t, float64(checks[0].Right)/float64(checks[0].Checked), 0.98)

	never := newEngine(t, func(c *Config) { c.Wait, c.SelfCheckEvery = time.Second, 0 })
	rec.play(never)
	assert.Empty(t, never.SelfChecks())
}

func TestConfigValidate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"default", func(*Config) {}, ""},
		{"wait", func(c *Config) { c.Wait = 0 }, `"wait" is 0s; give a duration from 10ms to 10m`},
		{"spans", func(c *Config) { c.MaxSpans = 0 }, `"max_spans" is 0; give a number above 0`},
		{"confidence", func(c *Config) { c.MinConfidence = 0.4 }, `"min_confidence" is 0.4; give a number from 0.5 to 1`},
		{"candidates", func(c *Config) { c.MaxCandidates = 1 }, `"max_candidates" is 1; give a number from 2 to 1024`},
		{"endpoints", func(c *Config) { c.MaxEndpoints = 0 }, `"max_endpoints" is 0; give a number above 0`},
		{"work", func(c *Config) { c.MaxWork = 0 }, `"max_work" is 0; give a number above 0`},
		{"checks", func(c *Config) { c.SelfCheckEvery = -1 }, `"self_check_every" is -1; give 0 for never or a number above it`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := DefaultConfig()
			tt.change(&cfg)
			_, err := New(cfg)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, tt.want)
		})
	}
}
