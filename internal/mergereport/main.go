// Command mergereport runs the merge processor over traces whose truth is known,
// and reports for every way in which a cross-language trace breaks how many joins
// were right, wrong and missed.
//
// It takes the cases of package corpus, thousands of requests at a time, mixes
// them, splits them into the batches that services would export, shuffles those,
// and sends them through the processor as a collector would: by its factory and
// its consumer interface, in its default configuration. What leaves is compared
// with the truth. A table goes to standard output, the figures as JSON to a file.
//
// It exits with 1 if a join by exact evidence was wrong, if a span was lost or doubled (M12), or if
// anything but ids and polyspan.* attributes changed (M14); with 2 if it could not
// run. Missed joins are no failure, and neither are wrong ones among those that were
// inferred and say so: their precision is told apart.
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
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// Exit codes.
const (
	exitFine  = 0
	exitWrong = 1
	exitError = 2
)

func run(args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitFine
	}
	if err != nil {
		fmt.Fprintln(stderr, "merge-report:", err)
		return exitError
	}
	if s.list {
		printBreaks(stdout)
		return exitFine
	}
	r, err := measure(context.Background(), s)
	if err != nil {
		fmt.Fprintln(stderr, "merge-report:", err)
		return exitError
	}
	r.print(stdout)
	if err := writeJSON(s.jsonPath, r); err != nil {
		fmt.Fprintln(stderr, "merge-report:", err)
		return exitError
	}
	if !r.fine() {
		return exitWrong
	}
	return exitFine
}

// measure runs every seed and adds the counts up.
func measure(ctx context.Context, s settings) (*report, error) {
	r := newReport(s.rows)
	r.keepCopies = s.keepsCopies()
	for _, seed := range s.seeds {
		if err := newSession(s, seed, r).run(ctx); err != nil {
			return nil, fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return r, nil
}

// writeJSON writes the report where a path is given.
func writeJSON(path string, r *report) error {
	if path == "" {
		return nil
	}
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
