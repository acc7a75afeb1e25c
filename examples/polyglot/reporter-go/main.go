// Command reporter takes priced orders from the engine through shared memory
// and reports them as OpenTelemetry metrics.
//
// It takes connections on the Unix socket REPORTER_SOCKET; each hands over one
// slot of memory and then rings a doorbell per record (protocol.go). It gives
// the counters polyglot_orders and polyglot_revenue_cents, and one SERVER span
// a record that continues the 64-bit trace of the engine.
//
// A record is counted once or refused with a reason; every length is checked
// before a byte behind it is read, and no engine can take the reporter down.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// How long records may take to finish, and telemetry to leave, after SIGTERM;
// together they stay below the five seconds that a service has to end.
const (
	drainTimeout = 2 * time.Second
	flushTimeout = 2 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	err := run(ctx, os.Getenv, os.Stdout, logger)
	stop()
	if err != nil {
		logger.Error("reporter ended", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx is done, then finishes what was begun.
func run(ctx context.Context, getenv func(string) string, stdout io.Writer, logger *slog.Logger) (err error) {
	cfg, err := newConfig(getenv)
	if err != nil {
		return err
	}
	socket, err := listenPrivate(cfg.socket)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, socket.Close()) }()

	telemetry, err := startTelemetry(ctx, getenv, logger)
	if err != nil {
		return err
	}
	defer func() {
		flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		// A collector that is away costs the last spans, not the exit code.
		if lost := telemetry.shutdown(flush); lost != nil {
			logger.Warn("telemetry lost at the end", "error", lost)
		}
	}()

	recorder, err := newRecorder(telemetry.tracer(), telemetry.meter())
	if err != nil {
		return err
	}
	server := newServer(socket.UnixListener, recorder, logger)
	// Records that are under way when ctx ends are finished, not cancelled.
	lasting := context.WithoutCancel(ctx)
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.serve(lasting)
	}()
	_, err = fmt.Fprintln(stdout, "ready reporter")
	if err == nil {
		<-ctx.Done()
	}
	drain, cancel := context.WithTimeout(lasting, drainTimeout)
	defer cancel()
	if unfinished := server.stop(drain); unfinished != nil {
		logger.Warn("stop", "error", unfinished)
	}
	<-served
	return err
}
