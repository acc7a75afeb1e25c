package topologyexporter

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configtls"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
)

func load(t *testing.T, file string) (*Config, error) {
	t.Helper()
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", file))
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	return cfg, conf.Unmarshal(cfg)
}

func TestDefaultConfigIsValid(t *testing.T) {
	cfg := createDefaultConfig()
	require.NoError(t, confmap.New().Unmarshal(&cfg))
	assert.Equal(t, createDefaultConfig(), cfg)
	assert.NoError(t, confmap.Validate(cfg))
}

func TestEveryKey(t *testing.T) {
	cfg, err := load(t, "config.yaml")
	require.NoError(t, err)
	require.NoError(t, confmap.Validate(cfg))
	want := createDefaultConfig().(*Config)
	want.ServerConfig.NetAddr.Endpoint = "127.0.0.1:9999"
	tls := configtls.NewDefaultServerConfig()
	tls.CertFile, tls.KeyFile = "server.crt", "server.key"
	want.ServerConfig.TLS = configoptional.Some(tls)
	cors := confighttp.NewDefaultCORSConfig()
	cors.AllowedOrigins = []string{"https://grafana.example.com"}
	want.ServerConfig.CORS = configoptional.Some(cors)
	want.Window = 10 * time.Minute
	want.Retention = time.Hour
	want.Pending = PendingConfig{Max: 5000, Wait: 5 * time.Second, MessageWait: 2 * time.Minute}
	want.MaxNodes = 500
	want.MaxEdges = 1000
	want.MaxExternalPerClient = 7
	want.Metrics = MetricsConfig{Histograms: HistogramBoth, SpanMetrics: false, MaxSpanNames: 7}
	want.TelemetryPlane = TelemetryPlaneConfig{Enabled: true, Stores: []TelemetryStoreConfig{{Name: "prometheus"}, {Name: "tempo", Transport: "otlp"}}}
	want.History = HistoryConfig{Retention: 48 * time.Hour, MaxMiB: 256, Storage: &storageID}
	want.Breaks = BreaksConfig{Enabled: false, MaxEntries: 5000, MaxGroups: 20}
	want.StreamInterval = 250 * time.Millisecond
	want.MaxStreams = 3
	assert.Equal(t, want, cfg)
}

func TestBadConfig(t *testing.T) {
	tests := []struct {
		file      string
		unmarshal string
		validate  []string
	}{
		{file: "bad_key.yaml", unmarshal: "has invalid keys: windows"},
		{file: "bad_histograms.yaml", unmarshal: `"histograms" is "exponential": set classic, native or both`},
		{file: "bad_stores.yaml", validate: []string{
			`telemetry_plane: "name" of store 1 is empty or longer than 256 bytes: set a name such as prometheus`,
			`"name" "a" is that of two stores: name each once`,
			`"transport" of store "b" is "pigeon": set remote_write, otlp, http, grpc or kafka`,
		}},
		{file: "bad_retention.yaml", validate: []string{
			`"retention" is 30m0s: set it longer than pending.message_wait (5m0s) and no shorter than window (1h0m0s)`,
		}},
		{file: "bad_history.yaml", validate: []string{
			`"history::retention" is 5m0s: set it to 0 or no shorter than twice the window (5m0s)`,
		}},
		{file: "bad_bounds.yaml", validate: []string{
			`"endpoint" is empty: set host:port, such as localhost:8899`,
			`"transport" is "udp": set tcp, tcp4, tcp6 or unix`,
			`"window" is 1s: set it between 6s and 24h0m0s`,
			`"max_nodes" is 1: set it between 10 and 100000`,
			`"max_edges" is 0: set it between 10 and 500000`,
			`"max_external_per_client" is 0: set it between 1 and 10000`,
			`"stream_interval" is 1ms: set it between 100ms and 1m0s`,
			`"max_streams" is 0: set it between 1 and 10000`,
			`pending: "max" is 10: set it between 1000 and 1000000`,
			`"wait" is 10ms: set it between 100ms and 5m0s`,
			`"message_wait" is 1ms: set it no shorter than wait (10ms)`,
			`metrics: "max_span_names" is 0: set it between 1 and 10000`,
			`history: "retention" is 1000h0m0s: set it between 0s and 720h0m0s`,
			`"max_mib" is 0: set it between 1 and 65536`,
			`breaks: "max_entries" is 1: set it between 1000 and 1000000`,
			`"max_groups" is 1: set it between 10 and 10000`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			cfg, err := load(t, tt.file)
			if tt.unmarshal != "" {
				require.ErrorContains(t, err, tt.unmarshal)
				return
			}
			require.NoError(t, err)
			assert.EqualError(t, confmap.Validate(cfg), strings.Join(tt.validate, "\n"))
		})
	}
}
