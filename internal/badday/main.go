// Command badday runs the merge processor through what it must survive: clients that
// send one key for everything, millions of distinct keys and traces, one enormous
// trace, clocks that are an hour apart, ten times the room at once.
//
// Every scenario runs in a child process of its own, twice: once without the
// processor (base) and once with the real component, made by its factory. Spans are
// generated as they are sent and go over the wire format, so that the data in memory
// is what the processor holds. A table goes to standard output, the figures as JSON
// to a file: spans in and out, the processor's own counters, and the largest
// resident set of both runs against the bound that the configuration implies (see
// bound.go).
//
// It exits with 1 if a span was lost or left twice, if more was held than allowed,
// or if memory passed the bound; with 2 if it could not run. It needs Linux.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// Exit codes.
const (
	exitFine  = 0
	exitBad   = 1
	exitError = 2
)

// settings of a run.
type settings struct {
	scale    float64
	only     string
	jsonPath string
	limit    time.Duration // for each child
	child    string        // scenario to run in this process
	base     bool          // without the processor
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("badday", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Float64Var(&s.scale, "scale", 1, "size of spans and bounds, above 0 and at most 1")
	flags.StringVar(&s.only, "only", "", "names of scenarios, separated by commas; all if empty")
	flags.StringVar(&s.jsonPath, "json", filepath.Join("_build", "bad-days.json"), "file for the figures; none if empty")
	flags.DurationVar(&s.limit, "limit", 10*time.Minute, "time that one child process may take")
	flags.StringVar(&s.child, "child", "", "run this scenario in this process and print its figures")
	flags.BoolVar(&s.base, "base", false, "with -child: leave the processor out")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if s.scale <= 0 || s.scale > 1 {
		return s, fmt.Errorf("-scale must be above 0 and at most 1, not %v", s.scale)
	}
	return s, nil
}

func run(args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitFine
	}
	if err == nil && s.child != "" {
		err = printChild(context.Background(), s, stdout)
		return report(err, stderr)
	}
	var days []day
	if err == nil {
		days, err = measure(context.Background(), s, stderr)
	}
	if err == nil {
		printDays(stdout, days)
		err = writeJSON(s.jsonPath, days)
	}
	if err != nil {
		return report(err, stderr)
	}
	for i := range days {
		if len(days[i].Broken) > 0 {
			return exitBad
		}
	}
	return exitFine
}

func report(err error, stderr io.Writer) int {
	if err == nil {
		return exitFine
	}
	fmt.Fprintln(stderr, "badday:", err)
	return exitError
}

// chosen are the scenarios that the settings name.
func chosen(s settings) ([]scenario, error) {
	all := scenarios()
	if s.only == "" {
		return all, nil
	}
	var out []scenario
	for name := range strings.SplitSeq(s.only, ",") {
		sc, err := find(all, name)
		if err != nil {
			return nil, err
		}
		out = append(out, sc)
	}
	return out, nil
}

func find(all []scenario, name string) (scenario, error) {
	names := make([]string, len(all))
	for i := range all {
		if all[i].name == name {
			return all[i], nil
		}
		names[i] = all[i].name
	}
	return scenario{}, fmt.Errorf("no scenario %q; there are %s", name, strings.Join(names, ", "))
}

// writeJSON writes the figures where a path is given.
func writeJSON(path string, days []day) error {
	if path == "" {
		return nil
	}
	data, err := json.MarshalIndent(map[string][]day{"days": days}, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
