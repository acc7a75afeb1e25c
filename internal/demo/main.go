// Command demo shows Polyspan at work: it builds the example services whose
// toolchains are present, starts them with a collector (and a Prometheus, if there is
// one), sends orders until Ctrl-C or for DEMO_SECONDS, and prints into how many traces
// an order falls before and after the merge, and the topology as a Mermaid picture.
//
// It exits with 0 only if every order succeeded and the topology came, and it leaves
// nothing running. `make demo` builds the collector first and then calls it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/polyspan/polyspan/internal/polyglot"
)

func main() {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal begins the orderly end; a second one ends at once.
	context.AfterFunc(ctx, restore)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	root, err := polyglot.FindRoot()
	if err == nil {
		var s settings
		s, err = parseSettings(root, args, getenv, stderr)
		if err == nil {
			err = show(ctx, stdout, s)
		}
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintln(stderr, "demo:", err)
	return 1
}
