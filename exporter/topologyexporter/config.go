package topologyexporter

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/confignet"

	"github.com/polyspan/polyspan/topology"
)

// Config is the configuration of the topology exporter.
type Config struct {
	// ServerConfig is where page, API and metrics are served: "endpoint" (default
	// localhost:8899), "tls", "auth", "cors" and the rest of confighttp's server settings.
	ServerConfig confighttp.ServerConfig `mapstructure:",squash"`

	// Window is the time that rates, error ratios and quantiles cover. Default 5m, 6s to 24h.
	Window time.Duration `mapstructure:"window"`

	// Retention is after how long without traffic an edge or node is forgotten, and its
	// series leave /metrics. Default 15m, longer than pending.message_wait, at least
	// window, at most 168h.
	Retention time.Duration `mapstructure:"retention"`

	// Pending bounds the spans that are remembered until their partners come.
	Pending PendingConfig `mapstructure:"pending"`

	// MaxNodes bounds the nodes; those that send no spans themselves may take half of
	// it. Default 10000, 10 to 100000.
	MaxNodes int `mapstructure:"max_nodes"`

	// MaxEdges bounds the edges, at about 2 kB each, up to 6 kB when busy. Default 20000, 10 to 500000.
	MaxEdges int `mapstructure:"max_edges"`

	// MaxExternalPerClient bounds the uninstrumented peers drawn for one service; calls
	// to further ones are drawn as one overflow node. Default 100, 1 to 10000.
	MaxExternalPerClient int `mapstructure:"max_external_per_client"`

	// Metrics is what /metrics serves.
	Metrics MetricsConfig `mapstructure:"metrics"`

	// History is what is kept of earlier topologies, and where.
	History HistoryConfig `mapstructure:"history"`

	// Breaks is how lost context is looked for.
	Breaks BreaksConfig `mapstructure:"breaks"`

	// TelemetryPlane is how telemetry travels.
	TelemetryPlane TelemetryPlaneConfig `mapstructure:"telemetry_plane"`

	// StreamInterval is the shortest time between two events of the stream, and how old
	// an answer of the API may be. Default 1s, 100ms to 1m.
	StreamInterval time.Duration `mapstructure:"stream_interval"`

	// MaxStreams bounds the clients of the event stream. Default 64, 1 to 10000.
	MaxStreams int `mapstructure:"max_streams"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// PendingConfig bounds the spans that are remembered until their partners come.
type PendingConfig struct {
	// Max is the number of spans, at 96 bytes each; the oldest are let go early when it
	// is reached. One end of a message may take half of it. Default 100000, 1000 to 1000000.
	Max int `mapstructure:"max"`

	// Wait is how long a span is remembered. A caller whose callee did not come within
	// it is drawn as a call to an uninstrumented peer. Default 10s, 100ms to 5m.
	Wait time.Duration `mapstructure:"wait"`

	// MessageWait is how long one end of a message is remembered. Default 5m, at least
	// wait, at most 1h.
	MessageWait time.Duration `mapstructure:"message_wait"`

	// prevent unkeyed literal initialization
	_ struct{}
}

var _ component.Config = (*Config)(nil)

const defaultEndpoint = "localhost:8899"

func createDefaultConfig() component.Config {
	server := confighttp.NewDefaultServerConfig()
	server.NetAddr.Endpoint = defaultEndpoint
	limits := topology.DefaultLimits()
	return &Config{
		ServerConfig: server,
		Window:       limits.Window,
		Retention:    limits.Retention,
		Pending: PendingConfig{
			Max:         limits.MaxPending,
			Wait:        limits.Wait,
			MessageWait: limits.MessageWait,
		},
		MaxNodes:             limits.MaxNodes,
		MaxEdges:             limits.MaxEdges,
		MaxExternalPerClient: limits.MaxExternalPerClient,
		Metrics:              MetricsConfig{Histograms: HistogramClassic, SpanMetrics: true, MaxSpanNames: 100},
		History:              HistoryConfig{Retention: 24 * time.Hour, MaxMiB: 64},
		Breaks:               BreaksConfig{Enabled: true, MaxEntries: 16384, MaxGroups: 256},
		StreamInterval:       time.Second,
		MaxStreams:           64,
	}
}

// Validate checks every key against its bounds.
func (cfg *Config) Validate() error {
	var errs []error
	if cfg.ServerConfig.NetAddr.Endpoint == "" {
		errs = append(errs, errors.New(`"endpoint" is empty: set host:port, such as `+defaultEndpoint))
	}
	switch cfg.ServerConfig.NetAddr.Transport {
	case confignet.TransportTypeTCP, confignet.TransportTypeTCP4, confignet.TransportTypeTCP6, confignet.TransportTypeUnix:
	default:
		errs = append(errs, fmt.Errorf(`"transport" is %q: set tcp, tcp4, tcp6 or unix`, cfg.ServerConfig.NetAddr.Transport))
	}
	errs = append(errs,
		between("window", cfg.Window, 6*time.Second, 24*time.Hour),
		between("retention", cfg.Retention, 0, 168*time.Hour),
		between("max_nodes", cfg.MaxNodes, 10, 100_000),
		between("max_edges", cfg.MaxEdges, 10, 500_000),
		between("max_external_per_client", cfg.MaxExternalPerClient, 1, 10_000),
		between("stream_interval", cfg.StreamInterval, 100*time.Millisecond, time.Minute),
		between("max_streams", cfg.MaxStreams, 1, 10_000),
		cfg.History.validateFor(cfg.Window),
	)
	if cfg.Retention < cfg.Window || cfg.Retention <= cfg.Pending.MessageWait {
		errs = append(errs, fmt.Errorf(`"retention" is %v: set it longer than pending.message_wait (%v) and no shorter than window (%v)`,
			cfg.Retention, cfg.Pending.MessageWait, cfg.Window))
	}
	return errors.Join(errs...)
}

// Validate checks every key against its bounds.
func (cfg *PendingConfig) Validate() error {
	errs := []error{
		between("max", cfg.Max, topology.MinPending, topology.MaxPending),
		between("wait", cfg.Wait, 100*time.Millisecond, 5*time.Minute),
		between("message_wait", cfg.MessageWait, 0, time.Hour),
	}
	if cfg.MessageWait < cfg.Wait {
		errs = append(errs, fmt.Errorf(`"message_wait" is %v: set it no shorter than wait (%v)`, cfg.MessageWait, cfg.Wait))
	}
	return errors.Join(errs...)
}

// between says what to do about a value that is out of its bounds.
func between[T int | time.Duration](key string, value, low, high T) error {
	if value < low || value > high {
		return fmt.Errorf("%q is %v: set it between %v and %v", key, value, low, high)
	}
	return nil
}

// limits are the bounds of the graph.
func (cfg *Config) limits() topology.Limits {
	return topology.Limits{
		Window:               cfg.Window,
		Wait:                 cfg.Pending.Wait,
		MessageWait:          cfg.Pending.MessageWait,
		Retention:            cfg.Retention,
		MaxPending:           cfg.Pending.Max,
		MaxNodes:             cfg.MaxNodes,
		MaxEdges:             cfg.MaxEdges,
		MaxExternalPerClient: cfg.MaxExternalPerClient,
	}
}
