package infer

import (
	"fmt"
	"time"
)

// Config bounds an Engine. [DefaultConfig] is complete.
type Config struct {
	// Wait is how long after its arrival an orphan is answered at the latest.
	// Spans are held up to one and a half times as long, as context.
	Wait time.Duration
	// MaxSpans bounds the spans held. What arrives above it is not inferred and
	// counted; a held span costs about [BytesPerSpan].
	MaxSpans int
	// MinConfidence is from where on a join is Accepted, 0.5–1.
	MinConfidence float64
	// MaxCandidates bounds the requests weighed per orphan; the likeliest stay.
	MaxCandidates int
	// MaxEndpoints bounds the endpoints with a learned model, over all services,
	// and the services. A model of ten types of calls takes about 100 kB.
	MaxEndpoints int
	// MaxWork bounds the request scorings of one window, about 100 ns each. What
	// is not decided by then is given up and counted.
	MaxWork int
	// SelfCheckEvery hides and infers the known parents of every n-th window of a
	// service; 0 never does.
	SelfCheckEvery int

	_ struct{}
}

// BytesPerSpan is what one held span costs, with its share of the index and of
// the window it is solved in; a test measures it.
const BytesPerSpan = 600

// DefaultConfig returns the configuration an engine has without other wishes.
func DefaultConfig() Config {
	return Config{
		Wait:           5 * time.Second,
		MaxSpans:       500_000,
		MinConfidence:  0.95,
		MaxCandidates:  64,
		MaxEndpoints:   4096,
		MaxWork:        50_000_000,
		SelfCheckEvery: 8,
	}
}

// Validate names the first key that is out of its bounds.
func (c *Config) Validate() error {
	switch {
	case c.Wait < 10*time.Millisecond || c.Wait > 10*time.Minute:
		return fmt.Errorf(`"wait" is %v; give a duration from 10ms to 10m`, c.Wait)
	case c.MaxSpans < 1:
		return fmt.Errorf(`"max_spans" is %d; give a number above 0`, c.MaxSpans)
	case !(c.MinConfidence >= 0.5 && c.MinConfidence <= 1):
		return fmt.Errorf(`"min_confidence" is %v; give a number from 0.5 to 1`, c.MinConfidence)
	case c.MaxCandidates < 2 || c.MaxCandidates > 1024:
		return fmt.Errorf(`"max_candidates" is %d; give a number from 2 to 1024`, c.MaxCandidates)
	case c.MaxEndpoints < 1:
		return fmt.Errorf(`"max_endpoints" is %d; give a number above 0`, c.MaxEndpoints)
	case c.MaxWork < 1:
		return fmt.Errorf(`"max_work" is %d; give a number above 0`, c.MaxWork)
	case c.SelfCheckEvery < 0:
		return fmt.Errorf(`"self_check_every" is %d; give 0 for never or a number above it`, c.SelfCheckEvery)
	}
	return nil
}
