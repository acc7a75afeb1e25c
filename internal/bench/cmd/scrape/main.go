// Command scrape measures what a scrape costs, see package scrape: it prints a table
// and adds its lines to the report's JSON.
//
//	cd internal/bench && go run ./cmd/scrape
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

	"github.com/polyspan/polyspan/internal/bench"
	"github.com/polyspan/polyspan/internal/bench/scrape"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "scrape:", err)
		os.Exit(1)
	}
}

const (
	defaultEdges = 10_000
	// minRounds is the least number that a median is printed for.
	minRounds = 5
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("scrape", flag.ContinueOnError)
	flags.SetOutput(stderr)
	edges := flags.Int("edges", defaultEdges, "edges of the graph")
	rounds := flags.Int("rounds", minRounds, "rounds, at least 5; the figures are medians")
	out := flags.String("out", filepath.Join("..", "..", "_build", "bench.json"), "file for the JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *edges < 1 || *rounds < minRounds {
		return errors.New("-edges is to be at least 1 and -rounds at least 5")
	}
	version, err := bench.LinkedVersion(bench.Pipeline{Name: "servicegraphconnector + prometheusexporter"})
	if err != nil {
		return err
	}
	results, err := scrape.Run(ctx, *edges, *rounds, version, func(step string) { fmt.Fprintln(stderr, step) })
	if err != nil {
		return err
	}
	if err := bench.WriteTable(stdout, results); err != nil {
		return err
	}
	return bench.UpdateFile(*out, results)
}
