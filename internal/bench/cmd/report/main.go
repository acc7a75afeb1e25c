// Command report runs every measurement of package bench, prints a table and writes
// the same figures as JSON.
//
//	cd internal/bench && go run ./cmd/report
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
	"runtime"

	"github.com/polyspan/polyspan/internal/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// minRounds is the least number that a median is printed for.
const minRounds = 5

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", filepath.Join("..", "..", "_build", "bench.json"), "file for the JSON")
	rounds := flags.Int("rounds", minRounds, "rounds, at least 5; the figures are medians")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if *rounds < minRounds {
		return fmt.Errorf("-rounds is %d, must be at least %d", *rounds, minRounds)
	}
	// One processor: the figures are CPU time, and what goroutines of one
	// component lose by running at once is not what is compared.
	runtime.GOMAXPROCS(1)
	settings := bench.Settings{
		Rounds:   *rounds,
		Version:  bench.LinkedVersion,
		Progress: func(step string) { fmt.Fprintln(stderr, step) },
	}
	results, err := bench.Run(ctx, bench.Contests(), settings)
	if err != nil {
		return err
	}
	for _, more := range []func(context.Context, bench.Settings) ([]bench.Result, error){bench.RunHeld, bench.RunPauses} {
		rows, err := more(ctx, settings)
		if err != nil {
			return err
		}
		results = append(results, rows...)
	}
	if err := bench.WriteTable(stdout, results); err != nil {
		return err
	}
	return bench.UpdateFile(*out, results)
}
