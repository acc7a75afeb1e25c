// Command process measures collectors as whole processes, see package process: it
// prints a table and adds its lines to the report's JSON.
//
//	make build && cd internal/bench
//	go build -o ../../_build/bench-collector ./cmd/collector
//	go run ./cmd/process
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/polyspan/polyspan/internal/bench"
	"github.com/polyspan/polyspan/internal/bench/process"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "process:", err)
		os.Exit(1)
	}
}

const (
	// minRounds is the least number that a median is printed for.
	minRounds       = 5
	defaultWarmup   = 2500 * time.Millisecond
	defaultMeasured = 2500 * time.Millisecond
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	build := filepath.Join("..", "..", "_build")
	flags := flag.NewFlagSet("process", flag.ContinueOnError)
	flags.SetOutput(stderr)
	collector := flags.String("collector", filepath.Join(build, "polyspan-collector"), "program of the distribution")
	peers := flags.String("peers", filepath.Join(build, "bench-collector"), "program of cmd/collector, for peers that the distribution does not carry; they are left out where it is missing")
	out := flags.String("out", filepath.Join(build, "bench.json"), "file for the JSON")
	rounds := flags.Int("rounds", minRounds, "rounds, at least 5; the figures are medians")
	warmup := flags.Duration("warmup", defaultWarmup, "load before the measured time, longer than pipelines hold spans")
	measured := flags.Duration("measured", defaultMeasured, "measured time of each pipeline and round")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if *rounds < minRounds {
		return fmt.Errorf("-rounds is %d, must be at least %d", *rounds, minRounds)
	}
	if *warmup <= 0 || *measured <= 0 {
		return errors.New("-warmup and -measured must be positive")
	}
	if _, err := os.Stat(*collector); err != nil {
		return fmt.Errorf("-collector: %w; `make build` makes it", err)
	}
	if _, err := os.Stat(*peers); err != nil {
		*peers = ""
	}
	results, err := process.Run(ctx, process.Settings{
		Collector: *collector, Peers: *peers, Rounds: *rounds, Warmup: *warmup, Measured: *measured,
		Progress: func(step string) { fmt.Fprintln(stderr, step) },
	})
	if err != nil {
		return err
	}
	if err := bench.WriteTable(stdout, results); err != nil {
		return err
	}
	return bench.UpdateFile(*out, results)
}
