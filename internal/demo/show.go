package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/polyspan/polyspan/internal/polyglot"
)

// show is the demo from the first line to the last.
func show(ctx context.Context, out io.Writer, s settings) error {
	languages, err := chooseLanguages(ctx, out, s)
	if err != nil {
		return err
	}
	err = polyglot.Build(ctx, out, s.root, languages)
	if err != nil || s.buildOnly {
		return err
	}
	logDir := filepath.Join(s.root, "_build", "demo-logs")
	err = freshFolder(logDir)
	if err != nil {
		return err
	}
	st := &stack{out: out, settings: s, logDir: logDir}
	return errors.Join(showStack(ctx, st, languages), st.stop())
}

// showStack starts everything, sends orders and says what became of them. The caller
// stops what was started.
func showStack(ctx context.Context, st *stack, languages []polyglot.Language) error {
	if err := st.start(ctx, languages); err != nil {
		return err
	}
	fmt.Fprintf(st.out, "\nThe topology: http://%s\n\n", st.collector.Topology)
	t := newTraffic(st.system)
	trafficErr := t.run(ctx, st.out, st.settings.duration, st)
	// What follows is the orderly end, also after Ctrl-C.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	if err := errors.Join(trafficErr, st.settle(ctx)); err != nil {
		return err
	}
	return st.summarise(ctx, t)
}

func chooseLanguages(ctx context.Context, out io.Writer, s settings) ([]polyglot.Language, error) {
	use, skipped, err := polyglot.Choose(polyglot.Detect(ctx), s.required)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "languages: %v\n", use)
	for _, t := range skipped {
		fmt.Fprintf(out, "skipping %s: %s (%s)\n", t.Language, t.Missing, t.Remedy)
	}
	return use, nil
}

// freshFolder makes an empty folder for the logs of this run.
func freshFolder(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.MkdirAll(dir, 0o755)
}
