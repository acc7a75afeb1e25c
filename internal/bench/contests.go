package bench

import (
	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/servicegraphconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/groupbytraceprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"

	"github.com/polyspan/polyspan/exporter/topologyexporter"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor"
)

// Contest is one of our pipelines beside those of peers that do the nearest job.
type Contest struct {
	Name  string
	Load  Load
	Ours  Pipeline
	Peers []Pipeline
}

// room is above what one measurement sends: work is compared, not overload.
const room = 1_000_000

// Contests returns what is measured. Where a peer is two components, the
// transform processor comes first: it costs least on whole batches.
func Contests() []Contest {
	transform := Stage{transformprocessor.NewFactory(), transformRenames()}
	return []Contest{
		{
			Name:  "normalise 10 renames",
			Load:  Load{Batches: 80, Owned: true},
			Ours:  merge("0s"),
			Peers: []Pipeline{{"transformprocessor", []Stage{transform}}},
		},
		{
			Name:  "pairing",
			Load:  Load{Batches: 80},
			Ours:  graph(),
			Peers: []Pipeline{serviceGraph()},
		},
		{
			Name: "merge and normalise",
			Load: Load{Batches: 32, Spread: spread, Owned: true},
			Ours: merge(wait),
			Peers: []Pipeline{
				{"transformprocessor + groupbytraceprocessor", []Stage{transform, groupByTrace(wait)}},
				{"transformprocessor + tailsamplingprocessor", []Stage{transform, tailSampling(wait)}},
			},
		},
	}
}

// wait is how long every component holds a trace; waiting costs no CPU time.
const wait = "1s"

// spread: every service exports by itself, so a trace arrives in five batches.
const spread = 5

// merge is our processor; with a wait of 0 it normalises and passes on at once.
func merge(hold string) Pipeline {
	return Pipeline{"multi_language_bridge", []Stage{{multilangbridgeprocessor.NewFactory(), map[string]any{
		"wait": hold, "max_held_spans": room, "mode": "rewrite", "normalize": map[string]any{"enabled": true},
	}}}}
}

func groupByTrace(hold string) Stage {
	return Stage{groupbytraceprocessor.NewFactory(), map[string]any{"wait_duration": hold, "num_traces": room}}
}

func tailSampling(hold string) Stage {
	return Stage{tailsamplingprocessor.NewFactory(), map[string]any{
		"decision_wait": hold, "num_traces": room,
		"policies": []any{map[string]any{"name": "all", "type": "always_sample"}},
	}}
}

// halfWait is how long both graphs remember a span whose partner has not come: short,
// so that giving up on the ones without partner is part of the measurement.
const halfWait = "100ms"

func graph() Pipeline {
	return Pipeline{"topology", []Stage{{topologyexporter.NewFactory(), map[string]any{
		"endpoint": "localhost:0",
		"metrics":  map[string]any{"spanmetrics": false}, // the peer counts no span names
		"pending":  map[string]any{"max": room, "wait": halfWait, "message_wait": halfWait},
	}}}}
}

// serviceGraph has room for every span: its default of 1000 fills within one
// batch and pairing nearly stops.
func serviceGraph() Pipeline {
	return Pipeline{"servicegraphconnector", []Stage{{servicegraphconnector.NewFactory(), map[string]any{
		"metrics_flush_interval": "60s", "store_expiration_loop": "50ms",
		"store": map[string]any{"ttl": halfWait, "max_items": room},
	}}}}
}
