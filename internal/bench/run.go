package bench

import (
	"context"
	"fmt"
)

// Result is one line of the report. Its JSON form is read by other programs.
type Result struct {
	Name        string  `json:"name"`
	Unit        string  `json:"unit"`
	Ours        float64 `json:"ours"` // median
	Peer        string  `json:"peer"`
	PeerVersion string  `json:"peer_version"`
	Theirs      float64 `json:"theirs"` // median
	// Ratio is theirs divided by ours: above 1, ours costs less.
	Ratio float64 `json:"ratio"`
}

// unit is a part of a Cost and what can be told apart from nothing in it: after
// the input's cost is subtracted a smaller figure counts as this much, so that a
// ratio is never better than the measurement.
type unit struct {
	name       string
	resolution float64
	of         func(Cost) float64
}

var units = []unit{
	{"cpu-ns/span", 20, func(c Cost) float64 { return c.CPU }},
	{"allocs/span", 0.05, func(c Cost) float64 { return c.Allocs }},
	{"B/span", 5, func(c Cost) float64 { return c.Bytes }},
}

// Settings of a run.
type Settings struct {
	Rounds int
	// Version names the release of a peer.
	Version func(peer Pipeline) (string, error)
	// Progress is told what is done next.
	Progress func(step string)
}

// Run measures every contest and returns the medians, a line per peer and unit.
func Run(ctx context.Context, contests []Contest, set Settings) ([]Result, error) {
	var out []Result
	for _, c := range contests {
		rounds := make([][]Cost, 0, set.Rounds)
		for n := range set.Rounds {
			set.Progress(fmt.Sprintf("%s: round %d of %d", c.Name, n+1, set.Rounds))
			costs, err := c.round(ctx, n)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.Name, err)
			}
			rounds = append(rounds, costs)
		}
		for i, peer := range c.Peers {
			version, err := set.Version(peer)
			if err != nil {
				return nil, err
			}
			for _, u := range units {
				ours, theirs := u.median(rounds, 0), u.median(rounds, i+1)
				out = append(out, Result{
					Name: c.Name, Unit: u.name, Ours: ours, Theirs: theirs, Ratio: theirs / ours,
					Peer: peer.Name, PeerVersion: version,
				})
			}
		}
	}
	return out, nil
}

// round measures the input alone, ours and the peers, and returns the costs of
// the latter less the first. The order changes from round to round, so that
// nobody is always first.
func (c Contest) round(ctx context.Context, n int) ([]Cost, error) {
	pipelines := append([]Pipeline{{Name: "input alone"}, c.Ours}, c.Peers...)
	costs := make([]Cost, len(pipelines))
	for i := range pipelines {
		at := (i + n) % len(pipelines)
		var err error
		if costs[at], err = Measure(ctx, pipelines[at], c.Load); err != nil {
			return nil, err
		}
	}
	for i := range costs[1:] {
		costs[i+1] = costs[i+1].minus(costs[0])
	}
	return costs[1:], nil
}

// median of one pipeline's costs over the rounds.
func (u unit) median(rounds [][]Cost, pipeline int) float64 {
	values := make([]float64, len(rounds))
	for i, costs := range rounds {
		values[i] = u.of(costs[pipeline])
	}
	return max(u.resolution, medianOf(values))
}
