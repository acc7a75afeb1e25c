package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// settings of a run.
type settings struct {
	traces   int // cases a seed
	seeds    []uint64
	rows     []row
	override map[string]any // configuration of the processor beside the default
	jsonPath string
	explain  int // wrong and missed joins to show in detail
	list     bool
}

const (
	defaultTraces = 40_000
	defaultSeeds  = "1,2,3"
	defaultJSON   = "_build/merge-report.json"
)

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	var seeds, breaks, config string
	flags := flag.NewFlagSet("merge-report", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&s.traces, "traces", defaultTraces, "traces a seed, spread over all rows")
	flags.StringVar(&seeds, "seeds", defaultSeeds, "comma-separated seeds; each is another system of services")
	flags.StringVar(&breaks, "breaks", "", `comma-separated rows: "kafka.*", "header.w3c", "zipkin.shared+any", "xray.root+link.batch"; all if empty`)
	flags.StringVar(&config, "config", "", "YAML file with settings of the processor, laid over its default")
	flags.StringVar(&s.jsonPath, "json", defaultJSON, "where to write the figures; empty writes none")
	flags.IntVar(&s.explain, "explain", 0, "show so many wrong, and so many missed joins span by span")
	flags.BoolVar(&s.list, "list", false, "print the breaks and what is known of them, and stop")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("takes no arguments, but flags: %q", flags.Arg(0))
	}
	if s.traces < 1 {
		return s, errors.New("-traces must be at least 1")
	}
	var err error
	if s.seeds, err = parseSeeds(seeds); err != nil {
		return s, err
	}
	if s.rows, err = selectRows(breaks); err != nil {
		return s, err
	}
	s.override, err = readConfig(config)
	return s, err
}

func parseSeeds(list string) ([]uint64, error) {
	var out []uint64
	for field := range strings.SplitSeq(list, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(field), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("-seeds must be numbers, not %q", field)
		}
		out = append(out, n)
	}
	return out, nil
}

func readConfig(path string) (map[string]any, error) {
	if path == "" {
		return map[string]any{}, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	if err := yaml.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// keepsCopies reports whether the settings turn the repair of duplicates off.
func (s *settings) keepsCopies() bool {
	repair, _ := s.override["repair"].(map[string]any)
	duplicates, ok := repair["duplicates"].(bool)
	return ok && !duplicates
}
