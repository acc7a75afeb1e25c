package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/polyspan/polyspan/contract"
)

func TestTopologyCommand(t *testing.T) {
	ctx := bounded(t)
	command := builtFile(t, "polyspan")
	r := newRig(ctx, t, "POLYSPAN_WAIT=1s")
	postCall(ctx, t, "http://"+r.collector.OTLPHTTP+"/v1/traces")
	require.Eventually(t, func() bool { return len(r.topology(ctx, t).Edges) > 0 }, arrivalTimeout, 100*time.Millisecond)
	endpoint := "http://" + r.collector.Topology

	tests := []struct {
		format string
		want   []string
	}{
		{"table", []string{"shop/cart", "shop/stock", "java", "rust"}},
		{"mermaid", []string{"flowchart", "cart", "stock"}},
		{"dot", []string{"digraph", "cart", "stock"}},
	}
	for _, tt := range tests {
		t.Run(tt.format, func(t *testing.T) {
			out, err := exec.CommandContext(ctx, command, "topology", "--endpoint", endpoint, "--format", tt.format).Output()
			require.NoError(t, err)
			for _, word := range tt.want {
				assert.Contains(t, string(out), word)
			}
		})
	}
	t.Run("json into a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "topology.json")
		out, err := exec.CommandContext(ctx, command, "topology", "--endpoint", endpoint, "--format", "json", "--output", file).Output()
		require.NoError(t, err)
		assert.Empty(t, out)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var graph contract.Topology
		require.NoError(t, json.Unmarshal(text, &graph))
		assert.Equal(t, contract.TopologyVersion, graph.Version)
		assert.True(t, wantEdge{"cart", "stock", contract.TransportHTTP, contract.RelationCall, contract.LanguageJava, contract.LanguageRust}.
			inNamespace(graph, "shop"), "%s", text)
	})
	t.Run("no collector", func(t *testing.T) {
		require.NoError(t, r.collector.Stop())
		var stderr bytes.Buffer
		cmd := exec.CommandContext(ctx, command, "topology", "--endpoint", endpoint)
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		assert.Equal(t, 1, exit.ExitCode())
		assert.Empty(t, out)
		assert.Contains(t, stderr.String(), "is the collector running")
	})
}

// postCall sends one call from a Java service to a Rust one as OTLP.
func postCall(ctx context.Context, t *testing.T, url string) {
	t.Helper()
	td := ptrace.NewTraces()
	now := time.Now()
	add := func(service, language string, id, parent byte, kind ptrace.SpanKind) {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", service)
		rs.Resource().Attributes().PutStr("service.namespace", "shop")
		rs.Resource().Attributes().PutStr("telemetry.sdk.language", language)
		s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetTraceID(pcommon.TraceID{1, 15: 1})
		s.SetSpanID(pcommon.SpanID{7: id})
		s.SetParentSpanID(pcommon.SpanID{7: parent})
		s.SetKind(kind)
		s.Attributes().PutStr("http.request.method", http.MethodGet)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(now))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(time.Duration(10-id) * time.Millisecond)))
	}
	add("cart", "java", 1, 0, ptrace.SpanKindClient)
	add("stock", "rust", 2, 1, ptrace.SpanKindServer)
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-protobuf")
	client := &http.Client{}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
}
