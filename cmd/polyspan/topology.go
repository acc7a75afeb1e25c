package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/polyspan/polyspan/contract"
)

const (
	// maxAnswer bounds what is read of a collector's answer.
	maxAnswer = 64 << 20
	// maxProblem bounds what is shown of an error answer.
	maxProblem = 4 << 10
)

// topologyOptions are the flags of polyspan topology.
type topologyOptions struct {
	endpoint string
	format   string
	focus    string
	depth    int
	output   string
	timeout  time.Duration
}

var topologyFormats = []string{"table", "json", "mermaid", "dot"}

func topologyCommand() *cobra.Command {
	var o topologyOptions
	cmd := &cobra.Command{
		Use:   "topology",
		Short: "Print the live dependency topology of a running collector",
		Long: `Print the live dependency topology of a running collector: which service calls
which, in which language, over which transport.

The collector must run the "topology" exporter; --endpoint is where it listens.`,
		Example: `  polyspan topology
  polyspan topology --format mermaid --output topology.mmd
  polyspan topology --focus shop/checkout --depth 1 --format dot | dot -Tsvg > map.svg`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return printTopology(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.endpoint, "endpoint", "http://localhost:8899", "address of the topology exporter")
	f.StringVar(&o.format, "format", "table", "one of "+strings.Join(topologyFormats, ", "))
	f.StringVar(&o.focus, "focus", "", `only this node and its neighbours, by id ("namespace/name" or "name")`)
	f.IntVar(&o.depth, "depth", 0, "calls away from --focus, up and down (default 1)")
	f.StringVarP(&o.output, "output", "o", "-", `file to write to ("-": stdout)`)
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "how long to wait for the collector")
	return cmd
}

func printTopology(ctx context.Context, o topologyOptions, stdout io.Writer) error {
	if !slices.Contains(topologyFormats, o.format) {
		return usageError{fmt.Errorf("--format must be one of %s, not %q", strings.Join(topologyFormats, ", "), o.format)}
	}
	if o.depth < 0 || o.depth > 0 && o.focus == "" {
		return usageError{errors.New("--depth must be above 0, and goes with --focus")}
	}
	if o.timeout <= 0 {
		return usageError{fmt.Errorf("--timeout must be above 0s, not %v", o.timeout)}
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	body, err := fetchTopology(ctx, o)
	if err != nil {
		return err
	}
	if o.format == "table" {
		var t contract.Topology
		if err = json.Unmarshal(body, &t); err != nil {
			return fmt.Errorf("answer of %s is not a topology: %w", o.endpoint, err)
		}
		body = []byte(table(t))
	}
	if o.output != "-" {
		return os.WriteFile(o.output, body, 0o644)
	}
	_, err = stdout.Write(body)
	return err
}

func fetchTopology(ctx context.Context, o topologyOptions) ([]byte, error) {
	u, err := url.Parse(o.endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usageError{fmt.Errorf("--endpoint must be a URL such as http://localhost:8899, not %q", o.endpoint)}
	}
	u = u.JoinPath("api/v1/topology")
	q := url.Values{"format": {o.format}}
	if o.format == "table" {
		q.Set("format", "json")
	}
	if o.focus != "" {
		q.Set("focus", o.focus)
	}
	if o.depth > 0 {
		q.Set("depth", strconv.Itoa(o.depth))
	}
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no topology exporter answers at %s: %w (is the collector running, with exporters::topology in a traces pipeline?)", o.endpoint, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		problem, _ := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
		return nil, fmt.Errorf("%s answered %s: %s", u, resp.Status, strings.TrimSpace(string(problem)))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", o.endpoint, err)
	}
	if len(body) > maxAnswer {
		return nil, fmt.Errorf("the answer of %s is larger than %d MiB: use --focus", o.endpoint, maxAnswer>>20)
	}
	return body, nil
}
