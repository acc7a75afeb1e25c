package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"time"

	"github.com/polyspan/polyspan/internal/polyglot"
)

const (
	// pageAddress is where the topology is served if the port is free.
	pageAddress = "localhost:8899"
	// wait is how long the collector holds a trace for its missing pieces. The services
	// send their spans every half second.
	wait = 3 * time.Second
	// startTimeout bounds the start of each part: a JVM and a Python on a busy machine.
	startTimeout = 2 * time.Minute
	// endTimeout bounds the orderly end.
	endTimeout = 2 * time.Minute
	// settleTimeout bounds the wait for the last spans to leave the merge.
	settleTimeout = 3*wait + 10*time.Second
)

// stack is everything that runs, in the order in which it is started.
type stack struct {
	out      io.Writer
	settings settings
	logDir   string

	prometheus *polyglot.Prometheus // nil if left out
	collector  *polyglot.Collector
	system     *polyglot.System
}

func (s *stack) start(ctx context.Context, languages []polyglot.Language) error {
	if err := s.startPrometheus(ctx); err != nil {
		return err
	}
	if err := s.startCollector(ctx); err != nil {
		return err
	}
	var err error
	s.system, err = polyglot.Start(ctx, polyglot.Options{
		Root: s.settings.root, Languages: languages, OTLPEndpoint: "http://" + s.collector.OTLPHTTP,
		LogDir: s.logDir, ReadyTimeout: startTimeout, Log: s.out,
	})
	if err == nil && !s.system.Complete() {
		fmt.Fprintln(s.out, "orders will fail where a service is skipped; the topology shows how far they come")
	}
	return err
}

// startPrometheus leaves Prometheus out, and says why, if there is none to be had.
func (s *stack) startPrometheus(ctx context.Context) error {
	binary, err := polyglot.EnsurePrometheus(ctx, s.out, filepath.Join(s.settings.root, "_build", "prometheus"))
	if err != nil {
		fmt.Fprintln(s.out, "Prometheus:", err)
		return ctx.Err()
	}
	s.prometheus, err = polyglot.StartPrometheus(ctx, binary, s.logDir, startTimeout)
	if err == nil {
		fmt.Fprintf(s.out, "Prometheus is ready on http://%s\n", s.prometheus.Address)
	}
	return err
}

func (s *stack) startCollector(ctx context.Context) error {
	configs := filepath.Join(s.settings.root, "examples", "config")
	o := polyglot.CollectorOptions{
		Binary:  s.settings.collector,
		Configs: []string{filepath.Join(configs, "demo.yaml")},
		Env:     []string{"POLYSPAN_WAIT=" + wait.String()},
		LogDir:  s.logDir, ReadyTimeout: startTimeout,
	}
	if free(pageAddress) {
		o.Topology = pageAddress
	}
	if s.prometheus != nil {
		o.Configs = append(o.Configs, filepath.Join(configs, "demo-prometheus.yaml"))
		o.Env = append(o.Env, "POLYSPAN_REMOTE_WRITE="+s.prometheus.RemoteWriteURL())
	}
	var err error
	s.collector, err = polyglot.StartCollector(ctx, o)
	if err == nil {
		fmt.Fprintf(s.out, "collector is ready, OTLP on %s (HTTP) and %s (gRPC)\n", s.collector.OTLPHTTP, s.collector.OTLPGRPC)
	}
	return err
}

// settle stops the services, which flushes their spans, and waits until the collector
// has let go of all.
func (s *stack) settle(ctx context.Context) error {
	if err := s.system.Stop(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		m, err := s.collector.Metrics(ctx)
		if err != nil {
			return err
		}
		if m[metricHeldSpans] == 0 && m[metricSpansOut] >= m[metricSpansIn] {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the collector still held %.0f spans %s after the last request", m[metricHeldSpans], settleTimeout)
		case <-tick.C:
		}
	}
}

// stop ends everything in the reverse order of its start. It may be called after a
// failed start.
func (s *stack) stop() error {
	var errs []error
	if s.system != nil {
		errs = append(errs, s.system.Stop())
	}
	if s.collector != nil {
		errs = append(errs, s.collector.Stop())
	}
	if s.prometheus != nil {
		errs = append(errs, s.prometheus.Stop())
	}
	return errors.Join(errs...)
}

// free reports whether nothing listens on the address.
func free(address string) bool {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	return l.Close() == nil
}
