package main

import (
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"github.com/polyspan/polyspan/internal/polyglot"
)

// settings are read once from flags and environment.
type settings struct {
	root string
	// collector is the path of the collector's binary.
	collector string
	// duration bounds the traffic; 0 means until the interrupt.
	duration time.Duration
	// buildOnly ends the demo after the services are built.
	buildOnly bool
	// required languages, nil for those found.
	required []polyglot.Language
}

func parseSettings(root string, args []string, getenv func(string) string, stderr io.Writer) (settings, error) {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	collector := flags.String("collector", filepath.Join(root, "_build", "polyspan-collector"), "path of the collector `binary`")
	seconds := flags.String("seconds", getenv("DEMO_SECONDS"), "`seconds` of traffic; empty is until Ctrl-C (default from DEMO_SECONDS)")
	buildOnly := flags.Bool("build", false, "only build the example services")
	if err := flags.Parse(args); err != nil {
		return settings{}, err
	}
	if flags.NArg() > 0 {
		return settings{}, fmt.Errorf("unexpected argument %q: see -help", flags.Arg(0))
	}
	s := settings{root: root, collector: *collector, buildOnly: *buildOnly}
	if *seconds != "" {
		n, err := strconv.Atoi(*seconds)
		if err != nil || n <= 0 {
			return settings{}, fmt.Errorf("DEMO_SECONDS (or -seconds) is %q: must be a whole number of seconds greater than zero, or empty", *seconds)
		}
		s.duration = time.Duration(n) * time.Second
	}
	var err error
	s.required, err = polyglot.Required(getenv)
	return s, err
}
