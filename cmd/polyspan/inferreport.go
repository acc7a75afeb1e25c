package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/polyspan/polyspan/internal/replay"
)

// inferReportOptions are the flags of polyspan infer-report.
type inferReportOptions struct {
	replay.Options
	compress  []float64
	variants  []string
	synthetic []float64
	allRoots  bool
	format    string
	output    string
}

var inferReportFormats = []string{"table", "json"}

func inferReportCommand() *cobra.Command {
	o := inferReportOptions{Options: replay.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "infer-report FILE...",
		Short: "Replay recorded traces without their contexts and report how well inference rejoins them",
		Long: `Replay recorded traces without their contexts and report how well inference
rejoins them: accuracy end to end and per edge, precision and coverage of the
joins that are at least 0.95 sure, calibration, and speed.

A FILE holds Jaeger JSON or OTLP JSON, one document a line or one a file, plain or
gzip. Variant A loses the context inside services, B between services, C both,
with wrong clocks. --compress brings the requests closer together.

How the figures are made is described in docs/inference.md.`,
		Example: `  polyspan infer-report traces.jsonl.gz
  polyspan infer-report --compress 1,5,10 --baselines jaeger.json
  polyspan infer-report --variant B --format json --output report.json traces.jsonl`,
		RunE: func(cmd *cobra.Command, files []string) error {
			return printInferReport(cmd.Context(), o, files, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.Float64SliceVar(&o.compress, "compress", []float64{1}, "how many times closer together the requests are; several give a row each")
	f.BoolVar(&o.KeepStep, "keep-step", o.KeepStep, "compress by whole steps of the coarsest clock, as a real load would")
	f.StringSliceVar(&o.variants, "variant", []string{"A"}, "contexts that are removed: A (inside services), B (between services), C (both, clocks wrong); several give a row each")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "decides ids, order, clocks and batches")
	f.Float64Var(&o.MinConfidence, "min-confidence", o.MinConfidence, "joins below it count as not made (0 counts every best candidate)")
	f.DurationVar(&o.Wait, "wait", o.Wait, "how long after its arrival a span is answered at the latest")
	f.DurationVar(&o.Skew, "skew", o.Skew, "bound of the clocks' offsets in variant C")
	f.Float64Var(&o.Propagated, "propagated", o.Propagated, "share of traces that keep their contexts, as some do in most systems (0 to 1)")
	f.BoolVar(&o.AtOnce, "at-once", o.AtOnce, "let all spans arrive together, not as time passes")
	f.BoolVar(&o.allRoots, "all-roots", false, "replay every trace, not only those with the most common root")
	f.BoolVar(&o.Baselines, "baselines", false, "show what simple methods reach on the same spans")
	f.IntVar(&o.Explain, "explain", 0, "describe so many mistakes of each row, the surest ones first")
	f.Float64SliceVar(&o.synthetic, "synthetic", nil, "replay made-up systems with so many requests in flight per process; several give a row each")
	f.StringVar(&o.format, "format", "table", "one of "+strings.Join(inferReportFormats, ", "))
	f.StringVarP(&o.output, "output", "o", "-", `file to write to ("-": stdout)`)
	return cmd
}

// validate makes errors of the flags before any file is read.
func (o *inferReportOptions) validate(files []string) error {
	if len(files) == 0 && len(o.synthetic) == 0 {
		return usageError{errors.New("give a FILE with recorded traces, or --synthetic")}
	}
	if !slices.Contains(inferReportFormats, o.format) {
		return usageError{fmt.Errorf("--format must be one of %s, not %q", strings.Join(inferReportFormats, ", "), o.format)}
	}
	if o.Explain < 0 {
		return usageError{fmt.Errorf("--explain must be 0 or above, not %d", o.Explain)}
	}
	for _, n := range o.synthetic {
		if !(n >= 1 && n <= replay.MaxInFlight) {
			return usageError{fmt.Errorf("--synthetic must be from 1 to %d requests in flight, not %v", replay.MaxInFlight, n)}
		}
	}
	for _, row := range o.rows() {
		if err := row.Validate(); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// rows are the replays of one recording.
func (o *inferReportOptions) rows() []replay.Options {
	if o.allRoots {
		o.Roots = replay.RootsAll
	}
	var out []replay.Options
	for _, variant := range o.variants {
		for _, compress := range o.compress {
			row := o.Options
			row.Variant, row.Compress = replay.Variant(strings.ToUpper(variant)), compress
			out = append(out, row)
		}
	}
	return out
}

// inferReport is what --format json writes.
type inferReport struct {
	Files []*replay.Row `json:"files"`
}

func printInferReport(ctx context.Context, o inferReportOptions, files []string, stdout, stderr io.Writer) error {
	if err := o.validate(files); err != nil {
		return err
	}
	var report inferReport
	for _, file := range files {
		fmt.Fprintf(stderr, "reading %s\n", file)
		recording, err := replay.ReadFile(file)
		if err != nil {
			return err
		}
		if err := report.replay(ctx, file, recording, o.rows(), stderr); err != nil {
			return err
		}
	}
	for _, n := range o.synthetic {
		name := fmt.Sprintf("synthetic:%g", n)
		recording := replay.Synthetic(replay.SyntheticOptions{Seed: o.Seed, InFlight: n})
		rows := o.rows()
		for i := range rows {
			rows[i].Roots = replay.RootsAll
		}
		if err := report.replay(ctx, name, recording, rows, stderr); err != nil {
			return err
		}
	}
	body := []byte(inferTable(report.Files))
	if o.format == "json" {
		var err error
		if body, err = json.MarshalIndent(report, "", "  "); err != nil {
			return err
		}
		body = append(body, '\n')
	}
	if o.output != "-" {
		return os.WriteFile(o.output, body, 0o644)
	}
	_, err := stdout.Write(body)
	return err
}

// replay adds the rows of one recording.
func (r *inferReport) replay(ctx context.Context, name string, recording *replay.Recording, rows []replay.Options, stderr io.Writer) error {
	for i := range rows {
		fmt.Fprintf(stderr, "replaying %s, variant %s, compressed %g times\n", name, rows[i].Variant, rows[i].Compress)
		row, err := replay.Run(ctx, recording, rows[i])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		row.File = name
		if row.TracesLeftOut > 0 {
			fmt.Fprintf(stderr, "%d traces have another root than the most common one and were left out; --all-roots replays them\n", row.TracesLeftOut)
		}
		r.Files = append(r.Files, row)
	}
	return nil
}
