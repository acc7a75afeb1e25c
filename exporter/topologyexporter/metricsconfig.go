package topologyexporter

import (
	"fmt"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
)

// MetricsConfig is what /metrics serves.
type MetricsConfig struct {
	// Histograms says which kind of histogram a scraper gets that asks for protobuf:
	// classic, native or both. In text histograms are always classic. Default classic:
	// Grafana's service graph reads sums, which native histograms do not have.
	Histograms HistogramKind `mapstructure:"histograms"`

	// SpanMetrics adds traces_spanmetrics_*, which Grafana's table beside the service
	// graph reads. Default true.
	SpanMetrics bool `mapstructure:"spanmetrics"`

	// MaxSpanNames bounds the span names told apart of one service. Default 100, 1 to 10000.
	MaxSpanNames int `mapstructure:"max_span_names"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// Validate checks every key against its bounds.
func (cfg *MetricsConfig) Validate() error {
	return between("max_span_names", cfg.MaxSpanNames, 1, 10_000)
}

// HistogramKind is a kind of histogram.
type HistogramKind string

// Kinds of histograms.
const (
	HistogramClassic HistogramKind = "classic"
	HistogramNative  HistogramKind = "native"
	HistogramBoth    HistogramKind = "both"
)

// UnmarshalText takes the name of a kind.
func (k *HistogramKind) UnmarshalText(text []byte) error {
	switch kind := HistogramKind(text); kind {
	case HistogramClassic, HistogramNative, HistogramBoth:
		*k = kind
		return nil
	}
	return fmt.Errorf(`"histograms" is %q: set classic, native or both`, text)
}

func (k HistogramKind) kinds() exposition.Histograms {
	switch k {
	case HistogramNative:
		return exposition.Native
	case HistogramBoth:
		return exposition.Both
	default:
		return exposition.Classic
	}
}
