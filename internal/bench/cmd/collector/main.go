// Command collector is a Collector with the processors that are compared and nothing
// else: OTLP in, nop out. The whole-process benchmark needs it for the peers that the
// product's distribution does not carry, and profiles are taken from it.
//
//	go build -o ../../_build/bench-collector ./cmd/collector
//	BENCH_PPROF=localhost:6060 ../../_build/bench-collector --config file.yaml
package main

import (
	"net/http"
	_ "net/http/pprof" // on the default mux, which is served only where BENCH_PPROF says
	"os"
	"runtime"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/groupbytraceprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/nopexporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor"
)

func main() {
	if address := os.Getenv("BENCH_PPROF"); address != "" {
		// Contention of locks is sampled, one event in so many.
		const mutexFraction = 5
		runtime.SetMutexProfileFraction(mutexFraction)
		server := &http.Server{Addr: address, ReadHeaderTimeout: time.Second}
		go func() { _ = server.ListenAndServe() }() // without it the benchmark still runs
	}
	cmd := otelcol.NewCommand(otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "bench-collector", Description: "Collector of the whole-process benchmark", Version: "0.0.0"},
		Factories: components,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{ResolverSettings: confmap.ResolverSettings{
			ProviderFactories: []confmap.ProviderFactory{
				envprovider.NewFactory(), fileprovider.NewFactory(), yamlprovider.NewFactory(),
			},
		}},
	})
	if err := cmd.Execute(); err != nil {
		os.Exit(1) // the command has printed it
	}
}

func components() (f otelcol.Factories, err error) {
	f.Telemetry = otelconftelemetry.NewFactory()
	if f.Receivers, err = otelcol.MakeFactoryMap[receiver.Factory](otlpreceiver.NewFactory()); err != nil {
		return f, err
	}
	if f.Exporters, err = otelcol.MakeFactoryMap[exporter.Factory](nopexporter.NewFactory()); err != nil {
		return f, err
	}
	f.Processors, err = otelcol.MakeFactoryMap[processor.Factory](
		multilangbridgeprocessor.NewFactory(),
		groupbytraceprocessor.NewFactory(),
		tailsamplingprocessor.NewFactory(),
		transformprocessor.NewFactory(),
	)
	return f, err
}
