package polyglot

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCollector(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	c, err := StartCollector(t.Context(), CollectorOptions{
		Binary: self, Configs: []string{"a.yaml", "b.yaml"}, Env: []string{envChild + "=collector"},
		LogDir: t.TempDir(), ReadyTimeout: time.Minute,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Stop() })
	assert.Equal(t, "--config a.yaml --config b.yaml", tail(c.process.log))

	var m Metrics
	require.Eventually(t, func() bool { m, err = c.Metrics(t.Context()); return err == nil }, time.Minute, 10*time.Millisecond)
	assert.Equal(t, Metrics{"spans_in": 3}, m)

	var picture string
	require.Eventually(t, func() bool { picture, err = c.FetchTopology(t.Context(), "mermaid"); return err == nil }, time.Minute, 10*time.Millisecond)
	assert.Equal(t, "flowchart LR", picture)
	_, err = c.FetchTopology(t.Context(), "png")
	require.EqualError(t, err, "topology: status 400: unknown format\n")

	require.NoError(t, c.Stop())
	require.NoError(t, c.Stop())
	_, err = c.Metrics(t.Context())
	require.Error(t, err)
}

func TestCollectorNotStarted(t *testing.T) {
	_, err := StartCollector(t.Context(), CollectorOptions{Binary: filepath.Join(t.TempDir(), "absent")})
	require.ErrorContains(t, err, "no such file or directory: build it with make build")

	self, err := os.Executable()
	require.NoError(t, err)
	_, err = StartCollector(t.Context(), CollectorOptions{
		Binary: self, Env: []string{envChild + "=failing"}, LogDir: t.TempDir(), ReadyTimeout: time.Minute,
	})
	require.ErrorContains(t, err, "collector ended before it was ready: exit status 3")
}

func TestParseMetrics(t *testing.T) {
	got, err := parseMetrics([]byte(`# HELP a_total things
# TYPE a_total counter
a_total{x="1",y="} 7"} 2
a_total{x="2"} 3.5e0 1700000000000

b 7
`))
	require.NoError(t, err)
	assert.Equal(t, Metrics{"a": 5.5, "b": 7}, got)
	for _, bad := range []string{"a", "a{} x", " 3", "a{x=\"1\"}"} {
		_, err := parseMetrics([]byte(bad))
		assert.ErrorContains(t, err, "metrics line", bad)
	}
}
