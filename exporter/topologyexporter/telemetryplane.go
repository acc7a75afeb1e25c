package topologyexporter

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// TelemetryPlaneConfig says how telemetry travels. No trace shows it: services send to
// this collector, which is known, and it sends to stores, which are named here.
type TelemetryPlaneConfig struct {
	// Enabled draws the telemetry plane in every topology; otherwise it is drawn where
	// "overlay=telemetry" asks for it. Default false.
	Enabled bool `mapstructure:"enabled"`

	// Stores are where this collector sends to. Default none, at most 32.
	Stores []TelemetryStoreConfig `mapstructure:"stores"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// TelemetryStoreConfig is one store.
type TelemetryStoreConfig struct {
	// Name is the store's node, such as prometheus.
	Name string `mapstructure:"name"`

	// Transport is how the collector sends to it: remote_write (the default where it is
	// left out), otlp, http, grpc or kafka.
	Transport contract.Transport `mapstructure:"transport"`

	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	maxStores    = 32
	maxStoreName = 256 // bytes
)

var storeTransports = []contract.Transport{
	contract.TransportRemoteWrite, contract.TransportOTLP, contract.TransportHTTP, contract.TransportGRPC, contract.TransportKafka,
}

// Validate checks every key against its bounds.
func (cfg *TelemetryPlaneConfig) Validate() error {
	var errs []error
	if len(cfg.Stores) > maxStores {
		errs = append(errs, fmt.Errorf(`"stores" has %d entries: name at most %d`, len(cfg.Stores), maxStores))
	}
	names := map[string]bool{}
	for i := range cfg.Stores {
		s := &cfg.Stores[i]
		switch {
		case strings.TrimSpace(s.Name) == "" || len(s.Name) > maxStoreName:
			errs = append(errs, fmt.Errorf(`"name" of store %d is empty or longer than %d bytes: set a name such as prometheus`, i+1, maxStoreName))
		case names[s.Name]:
			errs = append(errs, fmt.Errorf(`"name" %q is that of two stores: name each once`, s.Name))
		}
		names[s.Name] = true
		if s.Transport != "" && !slices.Contains(storeTransports, s.Transport) {
			errs = append(errs, fmt.Errorf(`"transport" of store %q is %q: set remote_write, otlp, http, grpc or kafka`, s.Name, s.Transport))
		}
	}
	return errors.Join(errs...)
}

// unnamedCollector is the node of a collector that has no service.name of its own.
const unnamedCollector = "otelcol"

// telemetryPlane is what the configuration and the collector's own resource tell.
func telemetryPlane(cfg *TelemetryPlaneConfig, set *component.TelemetrySettings) *topology.TelemetryPlane {
	p := &topology.TelemetryPlane{Collector: unnamedCollector}
	own := set.Resource.Attributes()
	if v, ok := own.Get("service.name"); ok && v.AsString() != "" {
		p.Collector = v.AsString()
	}
	if v, ok := own.Get("service.namespace"); ok && v.AsString() != "" {
		p.Collector = v.AsString() + "/" + p.Collector
	}
	for _, s := range cfg.Stores {
		transport := s.Transport
		if transport == "" {
			transport = contract.TransportRemoteWrite
		}
		p.Stores = append(p.Stores, topology.TelemetryStore{Name: s.Name, Transport: transport})
	}
	return p
}
