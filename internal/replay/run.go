package replay

import (
	"context"
	"fmt"
	"time"

	"github.com/polyspan/polyspan/infer"
)

// Options of a replay. Start from [DefaultOptions].
type Options struct {
	Recipe
	Roots Roots
	// MinConfidence is from where on a join counts; 0 counts each orphan's best candidate.
	MinConfidence float64
	// Wait is the engine's: how long after its arrival an orphan is answered.
	Wait time.Duration
	// Baselines asks for the simple methods on the same spans; they only have answers
	// in variant A.
	Baselines bool
	// Explain bounds how many wrong and missing joins are described.
	Explain int
}

// DefaultOptions replay a recording as it is.
func DefaultOptions() Options {
	return Options{Recipe: DefaultRecipe(), Roots: RootsCommon, Wait: infer.DefaultConfig().Wait}
}

// Validate names what is out of bounds.
func (o *Options) Validate() error {
	if o.Roots != RootsCommon && o.Roots != RootsAll {
		return fmt.Errorf("roots must be common or all, not %q", o.Roots)
	}
	if !(o.MinConfidence >= 0 && o.MinConfidence <= 1) {
		return fmt.Errorf("minimum confidence must be from 0 to 1, not %v", o.MinConfidence)
	}
	config := o.engine()
	if err := config.Validate(); err != nil {
		return err
	}
	return o.Recipe.Validate()
}

func (o *Options) engine() infer.Config {
	config := infer.DefaultConfig()
	config.Wait = o.Wait
	return config
}

// Row is the result of one replay. Shares are 0–1.
type Row struct {
	File            string  `json:"file"`
	Compress        float64 `json:"compress"`
	Variant         Variant `json:"variant"`
	EndToEnd        float64 `json:"end_to_end"`
	Edge            float64 `json:"edge"`
	PrecisionAt095  float64 `json:"precision_at_095"`
	CoverageAt095   float64 `json:"coverage_at_095"`
	ECE             float64 `json:"ece"`
	SpansPerSecond  float64 `json:"spans_per_second"`
	Seed            uint64  `json:"seed"`
	MinConfidence   float64 `json:"min_confidence"`
	Propagated      float64 `json:"propagated"`
	EndToEndAll     float64 `json:"end_to_end_all_services"`
	EdgeAll         float64 `json:"edge_all_services"`
	Traces          int     `json:"traces"`
	TracesLeftOut   int     `json:"traces_left_out"`
	Spans           int     `json:"spans"`
	Orphans         int     `json:"orphans"`
	Joins           int     `json:"joins"`
	Unjoined        float64 `json:"unjoined"`
	Roots           int     `json:"roots"`
	RootsJoined     float64 `json:"roots_joined"`
	InFlight        float64 `json:"in_flight"`
	BusiestInFlight float64 `json:"in_flight_busiest_service"`

	Baselines []BaselineRow `json:"baselines,omitempty"`
	// Explained are wrong and missing joins in words.
	Explained []string `json:"explained,omitempty"`
}

// BaselineRow is what a simple method reaches on the same spans.
type BaselineRow struct {
	Name     Baseline `json:"name"`
	EndToEnd float64  `json:"end_to_end"`
	Edge     float64  `json:"edge"`
}

// Run breaks a recording, replays it and scores what the engine made of it.
func Run(ctx context.Context, r *Recording, o Options) (*Row, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	normal := r.Normalise(o.Roots)
	broken, err := Break(normal, o.Recipe)
	if err != nil {
		return nil, err
	}
	played, err := Play(ctx, broken, o.engine())
	if err != nil {
		return nil, err
	}
	f := Score(broken, played.Joins, o.MinConfidence)
	row := &Row{
		Compress: o.Compress, Variant: o.Variant, Seed: o.Seed, MinConfidence: o.MinConfidence, Propagated: o.Propagated,
		EndToEnd: f.EndToEnd, Edge: f.Edge, EndToEndAll: f.EndToEndAll, EdgeAll: f.EdgeAll,
		PrecisionAt095: f.PrecisionSure, CoverageAt095: f.CoverageSure, ECE: f.ECE,
		SpansPerSecond: float64(f.Spans) / max(played.CPU, time.Microsecond).Seconds(),
		Traces:         normal.traces(), Spans: f.Spans, Orphans: f.Orphans, Joins: f.Joins, Unjoined: f.Unjoined,
		Roots: f.Roots, RootsJoined: f.RootsJoined,
	}
	for i := range r.Spans {
		if r.Spans[i].Up < 0 {
			row.TracesLeftOut++
		}
	}
	row.TracesLeftOut -= row.Traces
	row.InFlight, row.BusiestInFlight = broken.inFlight()
	if o.Baselines && o.Variant == VariantA {
		for _, m := range Baselines() {
			b := Score(broken, m.Joins(broken), 0)
			row.Baselines = append(row.Baselines, BaselineRow{Name: m, EndToEnd: b.EndToEnd, Edge: b.Edge})
		}
	}
	if o.Explain > 0 {
		row.Explained = broken.explain(normal.Names, played.Joins, o.Explain)
	}
	return row, nil
}

// traces counts the traces of a normalised recording.
func (r *Recording) traces() int {
	n := int32(0)
	for i := range r.Spans {
		n = max(n, r.Spans[i].Trace+1)
	}
	return int(n)
}
