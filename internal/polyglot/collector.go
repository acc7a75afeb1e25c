package polyglot

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

// collectorStopGrace is how long a collector may take to flush and end after SIGTERM.
const collectorStopGrace = 30 * time.Second

// CollectorOptions say how to run a collector. Its configuration finds its listeners'
// addresses in the environment: POLYSPAN_OTLP_GRPC, POLYSPAN_OTLP_HTTP,
// POLYSPAN_HEALTH, POLYSPAN_TOPOLOGY (host:port) and POLYSPAN_TELEMETRY_PORT (the
// port on 127.0.0.1 of its own metrics).
type CollectorOptions struct {
	// Binary is the collector; Configs are its --config files, later ones win.
	Binary  string
	Configs []string
	// Env is added to our environment, as "KEY=value".
	Env []string
	// Topology is the address of the page; "" takes a free one, like all other addresses.
	Topology string
	// LogDir gets collector.log; it must exist.
	LogDir string
	// ReadyTimeout bounds the start.
	ReadyTimeout time.Duration
}

// Collector is a running collector.
type Collector struct {
	// OTLPHTTP, OTLPGRPC, Topology and Telemetry are host:port of the listeners.
	OTLPHTTP, OTLPGRPC, Topology, Telemetry string

	process *process
	client  *http.Client
	stop    sync.Once
	stopErr error
}

// StartCollector starts a collector and waits until its health_check extension says
// that it is ready. If it does not, the error holds the end of its log.
func StartCollector(ctx context.Context, o CollectorOptions) (*Collector, error) {
	if _, err := os.Stat(o.Binary); err != nil {
		return nil, fmt.Errorf("collector: %w: build it with make build", err)
	}
	free, err := freeAddresses(5)
	if err != nil {
		return nil, err
	}
	if o.Topology != "" {
		free[0] = o.Topology
	}
	c := &Collector{Topology: free[0], Telemetry: free[1], OTLPHTTP: free[2], OTLPGRPC: free[3], client: newClient()}
	health := free[4]
	argv := []string{o.Binary}
	for _, config := range o.Configs {
		argv = append(argv, "--config", config)
	}
	env := slices.Concat(os.Environ(), c.environment(health), o.Env)
	c.process, err = startProcess(processSpec{name: "collector", argv: argv, env: env, logDir: o.LogDir})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.ReadyTimeout)
	defer cancel()
	if err := c.process.waitHTTP(ctx, c.client, "http://"+health+"/"); err != nil {
		_ = c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *Collector) environment(health string) []string {
	_, telemetryPort, _ := net.SplitHostPort(c.Telemetry)
	return []string{
		"POLYSPAN_OTLP_GRPC=" + c.OTLPGRPC,
		"POLYSPAN_OTLP_HTTP=" + c.OTLPHTTP,
		"POLYSPAN_HEALTH=" + health,
		"POLYSPAN_TOPOLOGY=" + c.Topology,
		"POLYSPAN_TELEMETRY_PORT=" + telemetryPort,
	}
}

// Stop ends the collector by SIGTERM, which flushes it, and waits for its end. It may
// be called more than once.
func (c *Collector) Stop() error {
	c.stop.Do(func() {
		c.client.CloseIdleConnections()
		c.stopErr = c.process.stop(collectorStopGrace)
	})
	return c.stopErr
}
