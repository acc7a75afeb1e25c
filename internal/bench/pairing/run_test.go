package pairing

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/polyspan/polyspan/contract"
)

func (c *pairingCase) all() []span {
	if c.load != nil {
		return c.load()
	}
	return c.spans
}

// theirs runs a case through servicegraph with its default settings, in time that
// does not pass by itself, and gives the graph that it exports when all is settled.
func (c *pairingCase) theirs(t *testing.T) (lines []string) {
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		graph := serviceGraph(t, nil, sink)
		start := time.Now()
		for _, s := range c.all() {
			time.Sleep(time.Until(start.Add(s.at)))
			require.NoError(t, graph.ConsumeTraces(context.Background(), s.traces(time.Now())))
		}
		time.Sleep(2 * time.Minute) // flushed
		all := sink.AllMetrics()
		if len(all) > 0 {
			lines = peerEdges(all[len(all)-1])
		}
		require.NoError(t, graph.Shutdown(context.Background()))
	})
	return fold(lines)
}

// peerEdges reads the edges from servicegraph's metrics.
func peerEdges(md pmetric.Metrics) []string {
	calls, failed, wrong := map[string]int64{}, map[string]bool{}, map[string]bool{}
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				switch m.Name() {
				case "traces_service_graph_request_total":
					for _, p := range m.Sum().DataPoints().All() {
						k := peerEdge(p.Attributes().AsRaw())
						calls[k] += p.IntValue()
						failed[k] = failed[k] || fmt.Sprint(p.Attributes().AsRaw()["failed"]) == "true"
					}
				case "traces_service_graph_request_server", "traces_service_graph_request_client":
					for _, p := range m.Histogram().DataPoints().All() {
						if p.Sum() > 1e6 || p.Sum() < 0 {
							wrong[peerEdge(p.Attributes().AsRaw())] = true
						}
					}
				}
			}
		}
	}
	lines := []string{}
	for k, n := range calls {
		line := fmt.Sprintf("%s x%d", k, n)
		if failed[k] {
			line += " failed"
		}
		if wrong[k] {
			line += ", seconds off by more than a week"
		}
		lines = append(lines, line)
	}
	return lines
}

func peerEdge(a map[string]any) string {
	line := fmt.Sprintf("%s -> %s", shorten(a["client"].(string)), shorten(a["server"].(string)))
	if kind := a["connection_type"]; kind != "" {
		line += fmt.Sprint(" ", kind)
	}
	return line
}

// speedup is how much shorter our waits are than by default, so that the test waits
// less than users do.
const speedup = 50

// ours runs a case through our exporter and gives the graph that it serves.
func (c *pairingCase) ours(t *testing.T) []string {
	l, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	endpoint := l.Addr().String()
	require.NoError(t, l.Close())
	const wait, messageWait = 10 * time.Second / speedup, 5 * time.Minute / speedup
	e := topologyOf(t, map[string]any{
		"endpoint": endpoint, "stream_interval": "100ms",
		"pending": map[string]any{"wait": wait.String(), "message_wait": messageWait.String()},
	})
	defer func() { require.NoError(t, e.Shutdown(context.Background())) }()
	start := time.Now()
	for _, s := range c.all() {
		time.Sleep(time.Until(start.Add(s.at / speedup)))
		require.NoError(t, e.ConsumeTraces(context.Background(), s.traces(time.Now())))
	}
	settled := wait + wait/10
	for _, s := range c.all() {
		if s.kind == producer || s.kind == taker {
			settled = messageWait + messageWait/10
		}
	}
	time.Sleep(settled)
	response, err := http.Get("http://" + endpoint + "/api/v1/topology") //nolint:noctx // the server is in this process
	require.NoError(t, err)
	defer response.Body.Close()
	var topology contract.Topology
	require.NoError(t, json.NewDecoder(response.Body).Decode(&topology))
	lines := []string{}
	for i := range topology.Edges {
		lines = append(lines, ourEdge(&topology.Edges[i]))
	}
	return fold(lines)
}

func ourEdge(e *contract.TopologyEdge) string {
	line := fmt.Sprintf("%s -> %s %s %s", shorten(e.Source), shorten(e.Target), e.Transport, e.Relation)
	if v := e.Evidence; v != nil {
		line += fmt.Sprintf(" x%g", v.Propagated+v.Joined+v.Inferred)
		if v.Joined > 0 {
			line += " joined"
		}
		if v.Inferred > 0 {
			line += " inferred"
		}
	}
	if f := e.Errors; f != nil {
		if f.Callee > 0 {
			line += " failed at the callee"
		}
		if f.Swallowed > 0 {
			line += ", swallowed"
		}
		if f.Caller > 0 {
			line += " failed for the caller"
		}
	}
	if e.Self {
		line += " self"
	}
	if e.Distinct != nil {
		line += fmt.Sprintf(", stands for about %g", math.Round(*e.Distinct/200)*200)
	}
	return line
}

// shorten writes a long name as its length.
func shorten(name string) string {
	if len(name) > 64 {
		return fmt.Sprintf("(%d bytes)", len(name))
	}
	return name
}

// fold sorts the lines; many edges of one node are one line.
func fold(lines []string) []string {
	bySource := map[string][]string{}
	for _, l := range lines {
		source, _, _ := strings.Cut(l, " -> ")
		if !strings.Contains(l, "__overflow__") {
			bySource[source] = append(bySource[source], l)
		}
	}
	folded := []string{}
	for _, l := range lines {
		source, _, _ := strings.Cut(l, " -> ")
		if n := len(bySource[source]); n <= 10 || strings.Contains(l, "__overflow__") {
			folded = append(folded, l)
		}
	}
	for source, of := range bySource {
		if len(of) > 10 {
			folded = append(folded, fmt.Sprintf("%d edges from %s", len(of), source))
		}
	}
	slices.Sort(folded)
	return folded
}
