package infer

// Engine holds the spans of the last windows and what was learned from those
// before. Its zero value is not usable; see [New].
type Engine struct {
	cfg  Config
	held []held
	// nextClose is when the current window closes, in arrival time; 0 before the
	// first span.
	nextClose int64
	models    models
	stats     Stats
	window    window
	clocks    clocks
	// calibrations are by problem, checks by service.
	calibrations [2]calibration
	checks       map[checkKey]checkCount
}

// held is a span with what the engine remembers about it between windows.
type held struct {
	Span
	arrived int64
	decided bool
	learned bool // as a request
	// joined is the parent a decided orphan was given, zero for a root.
	joined Ref
}

// New returns an empty engine, or an error naming the key of cfg that is wrong.
func New(cfg Config) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Engine{
		cfg:    cfg,
		models: newModels(cfg.MaxEndpoints),
		checks: map[checkKey]checkCount{},
		clocks: newClocks(),
	}, nil
}

// Add takes spans that arrived at now (Unix ns). They are copied.
func (e *Engine) Add(now int64, spans []Span) {
	if e.nextClose == 0 {
		e.nextClose = now + int64(e.cfg.Wait/2)
	}
	for i := range spans {
		s := &spans[i]
		e.stats.Spans++
		if len(e.held) >= e.cfg.MaxSpans {
			e.stats.GivenUpOverflow++
			continue
		}
		if s.End < s.Start {
			e.stats.GivenUpTime++
			continue
		}
		e.held = append(e.held, held{Span: *s, arrived: now})
	}
	e.stats.Held = len(e.held)
}

// Advance closes the window if its time is up at now (Unix ns) and returns the
// joins of the orphans that are due. It is cheap when nothing is due.
func (e *Engine) Advance(now int64) []Join {
	if e.nextClose == 0 || now < e.nextClose {
		return nil
	}
	lag := e.lag()
	out := e.decide(now - lag)
	e.evict(now - 2*lag)
	e.nextClose = now + int64(e.cfg.Wait) - lag
	return out
}

// Flush decides every orphan held and forgets all spans; what was learned stays.
func (e *Engine) Flush() []Join {
	const endOfTime = 1<<63 - 1
	out := e.decide(endOfTime)
	e.evict(endOfTime)
	e.nextClose = 0
	return out
}

// lag is how long after its arrival an orphan can be decided, because its parent,
// which ends after it, has most likely arrived by then: as long as nearly all
// requests take from their start to their arrival, at most half of Config.Wait.
// What arrived since is the context of the decision.
func (e *Engine) lag() int64 {
	limit := int64(e.cfg.Wait / 2)
	var counts [lagBins]int
	all := 0
	for i := range e.held {
		if h := &e.held[i]; h.Kind == KindServer || h.Kind == KindConsumer {
			took := min(max(h.arrived-h.Start, 0), limit)
			counts[min(took*lagBins/limit, lagBins-1)]++
			all++
		}
	}
	for b, n := range counts {
		all -= n
		if all*lagRest <= len(e.held) {
			return limit * int64(b+1) / lagBins
		}
	}
	return limit
}

const (
	lagBins = 50
	lagRest = 500 // one request in so many may take longer than the lag
)

// evict forgets the spans that arrived up to until.
func (e *Engine) evict(until int64) {
	kept := e.held[:0]
	for i := range e.held {
		if e.held[i].arrived > until {
			kept = append(kept, e.held[i])
		}
	}
	clear(e.held[len(kept):])
	e.held = kept
	e.stats.Held = len(kept)
}
