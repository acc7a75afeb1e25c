package polyglot

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNetwork(t *testing.T) {
	t.Setenv("OTEL_SERVICE_NAME", "not-mine")
	at, err := newNetwork()
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(at.dir) })
	info, err := os.Stat(at.dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())

	env := map[string]string{}
	for _, kv := range at.environment(Options{OTLPEndpoint: "http://127.0.0.1:4318"}) {
		key, value, _ := strings.Cut(kv, "=")
		env[key] = value
	}
	assert.NotContains(t, env, "OTEL_SERVICE_NAME", "the user's OTEL_ variables would change what is sent")
	assert.Contains(t, env, "PATH")
	assert.Equal(t, "http://127.0.0.1:4318", env["OTEL_EXPORTER_OTLP_ENDPOINT"])
	assert.Equal(t, "service.namespace=polyglot,deployment.environment.name=demo", env["OTEL_RESOURCE_ATTRIBUTES"])
	assert.Equal(t, "nats://"+env["BROKER_ADDR"], env["NATS_URL"])
	assert.Len(t, map[string]bool{env["GATEWAY_ADDR"]: true, env["PREPROCESSING_ADDR"]: true, env["BROKER_ADDR"]: true}, 3)
}

func TestNetworkSocketTooLong(t *testing.T) {
	long := t.TempDir() + "/" + strings.Repeat("x", maxSocketPath)
	require.NoError(t, os.Mkdir(long, 0o700))
	t.Setenv("TMPDIR", long)
	_, err := newNetwork()
	require.ErrorContains(t, err, "bytes long, 103 is the limit: set TMPDIR to a shorter path")
	left, err := os.ReadDir(long)
	require.NoError(t, err)
	assert.Empty(t, left, "the runtime folder is removed")
}

func TestEntry(t *testing.T) {
	at := network{gateway: "127.0.0.1:1", preprocessing: "127.0.0.1:2"}
	tests := []struct {
		name      string
		languages []Language
		want      entry
	}{
		{"gateway", []Language{Java, Python, Go}, entry{url: "http://127.0.0.1:1/orders", mintsID: true}},
		{"without Java", []Language{Python, Go}, entry{url: "http://127.0.0.1:2/preprocess"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := at.entry(servicesIn(tt.languages))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}
