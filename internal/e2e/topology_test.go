package e2e

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/internal/polyglot"
)

const topologyRequests = 30

func TestTopologyShowsLanguages(t *testing.T) {
	ctx := bounded(t)
	r := newRig(ctx, t)
	r.startSystem(ctx, t)
	r.sendAll(ctx, t, topologyRequests)

	want := []wantEdge{
		{polyglot.Gateway, polyglot.Preprocessing, contract.TransportHTTP, contract.RelationCall, contract.LanguageJava, contract.LanguagePython},
		{polyglot.Preprocessing, polyglot.Engine, contract.TransportArrowIPC, contract.RelationCall, contract.LanguagePython, contract.LanguageRust},
		{polyglot.Engine, polyglot.Reporter, contract.TransportSharedMemory, contract.RelationCall, contract.LanguageRust, contract.LanguageGo},
		{polyglot.Preprocessing, polyglot.Console, contract.TransportNATS, contract.RelationMessage, contract.LanguagePython, contract.LanguageNode},
	}
	var graph contract.Topology
	require.Eventually(t, func() bool {
		graph = r.topology(ctx, t)
		return edgesIn(graph, want) == len(want)
	}, arrivalTimeout, 500*time.Millisecond, "edges between the services")

	for _, w := range want {
		assert.True(t, w.in(graph), "want an edge %+v in %+v", w, graph.Edges)
	}
	languages := map[string]string{}
	for _, n := range graph.Nodes {
		if n.Namespace == polyglot.Namespace {
			languages[n.Name] = n.Language
		}
	}
	assert.Equal(t, map[string]string{
		"order-gateway": "java", "preprocessing": "python", "pricing-engine": "rust", "reporter": "go", "console": "nodejs",
	}, languages)

	picture, err := r.collector.FetchTopology(ctx, "mermaid")
	require.NoError(t, err)
	t.Log(picture)
	for _, word := range []string{"java", "python", "rust", "go", "nodejs", "HTTP", "Arrow IPC", "shared memory", "NATS"} {
		assert.Contains(t, strings.ToLower(picture), strings.ToLower(word))
	}
}

func (r *rig) topology(ctx context.Context, t *testing.T) contract.Topology {
	t.Helper()
	text, err := r.collector.FetchTopology(ctx, "json")
	require.NoError(t, err)
	var graph contract.Topology
	require.NoError(t, json.Unmarshal([]byte(text), &graph))
	return graph
}

// wantEdge is an edge as the services' own code says it must be.
type wantEdge struct {
	source, target polyglot.ServiceName
	transport      contract.Transport
	relation       contract.Relation
	client, server contract.Language
}

func (w wantEdge) in(graph contract.Topology) bool { return w.inNamespace(graph, polyglot.Namespace) }

func (w wantEdge) inNamespace(graph contract.Topology, namespace string) bool {
	for _, e := range graph.Edges {
		if e.Source == namespace+"/"+string(w.source) && e.Target == namespace+"/"+string(w.target) &&
			e.Transport == w.transport && e.Relation == w.relation &&
			e.ClientLanguage == string(w.client) && e.ServerLanguage == string(w.server) {
			return true
		}
	}
	return false
}

func edgesIn(graph contract.Topology, want []wantEdge) int {
	n := 0
	for _, w := range want {
		if w.in(graph) {
			n++
		}
	}
	return n
}
