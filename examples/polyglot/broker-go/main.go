// Command broker is an embedded NATS server, so that the example needs no
// installed broker. It listens on BROKER_ADDR, which must be a loopback address
// because clients do not authenticate, keeps nothing on disk and opens no other
// port. It passes message headers on as they are, the trace context among them.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	err := run(ctx, os.Getenv("BROKER_ADDR"), os.Stdout, logger)
	stop()
	if err != nil {
		logger.Error("broker ended", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, addr string, stdout io.Writer, logger *slog.Logger) error {
	broker, err := startBroker(addr, logger)
	if err != nil {
		return err
	}
	defer broker.stop()
	logger.Info("listening", "url", broker.url())
	if _, err := fmt.Fprintln(stdout, "ready broker"); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
