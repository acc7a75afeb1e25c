package multilangbridgeprocessor

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/metadata"
)

// read takes one component of a file in testdata; the error is of reading or validation.
func read(t *testing.T, file, name string) (*Config, error) {
	t.Helper()
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", file))
	require.NoError(t, err)
	sub, err := conf.Sub(component.NewIDWithName(metadata.Type, name).String())
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	if err := sub.Unmarshal(cfg); err != nil {
		return cfg, err
	}
	return cfg, confmap.Validate(cfg)
}

func TestConfig(t *testing.T) {
	noKeys := createDefaultConfig().(*Config)
	noKeys.Join.Headers = []string{}
	noKeys.Join.CustomKeys = []CustomKeyConfig{}
	tests := []struct {
		name string
		want *Config
	}{
		{"", createDefaultConfig().(*Config)},
		{"design", createDefaultConfig().(*Config)},
		{"all", &Config{
			Wait: 2 * time.Second, MaxHeldSpans: 1000, MaxHeldMiB: 2, Mode: ModeLink,
			Normalize: NormalizeConfig{Enabled: true, KeepOriginal: true},
			Join: JoinConfig{
				Headers: []string{"b3", "w3c"}, Links: LinksOff,
				CustomKeys: []CustomKeyConfig{
					{Attribute: "order.id", Tracestate: "order", Scope: ScopeRequest, MaxAge: time.Minute},
					{Attribute: "x-correlation-id", Tracestate: "*", Scope: ScopeRequest, MaxAge: 30 * time.Second},
				},
				TrustPublicPeers: true, MaxFanIn: 16, MaxTraceSpans: 500,
			},
			Repair: RepairConfig{ClockSkew: ClockSkewApply}, Infer: InferConfig{Enabled: true, MinConfidence: 0.9, MaxSpans: 2000},
		}},
		{"no_keys", noKeys},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, err := read(t, "config.yaml", tt.name)
			require.NoError(t, err)
			assert.Equal(t, tt.want, cfg)
		})
	}
}

func TestBadConfig(t *testing.T) {
	tests := []struct{ name, want string }{
		{"wait", `"wait" must be between 0s and 10m0s, not -1s`},
		{"long_wait", `"wait" must be between 0s and 10m0s, not 1h0m0s`},
		{"max_held_spans", `"max_held_spans" must be between 1 and 100000000, not 0`},
		{"max_held_mib", `"max_held_mib" must be between 1 and 1048576, not 0`},
		{"max_trace_spans", `join: "max_trace_spans" must be between 1 and 10000000, not 0`},
		{"mode", `"mode" must be one of rewrite, link, observe, not "merge"`},
		{"observe_normalize", `"normalize::enabled" changes spans, but "mode" is observe: set one of them otherwise`},
		{"header", `join: "headers::1" must be one of w3c, b3, jaeger, datadog, xray, sw8, ottrace, google, not "zipkin"`},
		{"header_twice", `join: "headers::1" repeats "b3"`},
		{"links", `"links" must be one of consumer, off, not "all"`},
		{"fan_in", `join: "max_fan_in" must be between 1 and 10000, not 0`},
		{"attribute", `join::custom_keys::0: "attribute" must name a span attribute or header such as x-trace-id, not ""`},
		{"attribute_twice", `join: "custom_keys::1::attribute" repeats "a-b"`},
		{"scope", `"scope" must be one of request, not "session"`},
		{"max_age", `join::custom_keys::0: "max_age" must be above 0s and at most 1h0m0s, not 0s`},
		{"clock_skew", `"clock_skew" must be one of off, estimate, apply, not "guess"`},
		{"infer", `"infer::enabled" needs a "wait" of at least 100ms, not 50ms: nothing can be inferred about spans that are not held`},
		{"infer_spans", `infer: "max_spans" must be between 1 and 100000000, not 0`},
		{"min_confidence", `infer: "min_confidence" must be between 0.5 and 1, not 1.5`},
		{"unknown_key", `invalid keys: waits`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(t, "bad.yaml", tt.name)
			require.Error(t, err)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}
