package process

import (
	"strings"
)

// Pipeline is what stands between receiver and exporter.
type Pipeline struct {
	Name string
	// Processors is the YAML of the section "processors"; empty for none.
	Processors string
	// Peer says that the program of the peers is needed, because the product's
	// distribution does not carry the processor.
	Peer bool
}

const (
	wait = "1s"
	// room is above what any pipeline holds: work is compared, not overload.
	room = "1000000"
)

// Pipelines returns what is compared; the first is the collector without processor,
// the second ours.
func Pipelines() []Pipeline {
	return []Pipeline{
		{Name: "no processor"},
		{
			Name: "multi_language_bridge", Processors: `  multi_language_bridge:
    wait: ` + wait + `
    max_held_spans: ` + room + `
    max_held_mib: 1024
    mode: rewrite
    normalize: {enabled: true}
    repair: {clock_skew: estimate, shared_spans: true, duplicates: true, missing_parents: true}
`,
		},
		{
			Name: "tailsamplingprocessor", Processors: `  tail_sampling:
    decision_wait: ` + wait + `
    num_traces: ` + room + `
    policies: [{name: all, type: always_sample}]
`,
		},
		{
			Name: "groupbytraceprocessor", Peer: true, Processors: `  groupbytrace:
    wait_duration: ` + wait + `
    num_traces: ` + room + `
`,
		},
	}
}

// config is the collector's configuration. Its own metrics say how many spans went
// in and out.
func (p Pipeline) config(otlp, metrics string) string {
	var processors []string
	for line := range strings.Lines(p.Processors) {
		if name, ok := strings.CutSuffix(strings.TrimSpace(line), ":"); ok && strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "   ") {
			processors = append(processors, name)
		}
	}
	_, port, _ := strings.Cut(metrics, ":")
	var b strings.Builder
	b.WriteString("receivers:\n  otlp: {protocols: {grpc: {endpoint: \"" + otlp + "\", max_recv_msg_size_mib: 32}}}\n")
	if p.Processors != "" {
		b.WriteString("processors:\n" + p.Processors)
	}
	b.WriteString(`exporters:
  nop:
service:
  telemetry:
    logs: {level: warn}
    metrics: {level: normal, readers: [{pull: {exporter: {prometheus: {host: localhost, port: ` + port + `}}}}]}
  pipelines:
    traces: {receivers: [otlp], processors: [` + strings.Join(processors, ", ") + `], exporters: [nop]}
`)
	return b.String()
}
