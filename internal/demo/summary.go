package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/polyspan/polyspan/contract"
)

// ordersQuery sums the reporter's counter of orders under the names that the
// translation to Prometheus may give it.
const ordersQuery = `sum({__name__=~"polyglot_orders(_total)?"})`

// status is one line about the run so far, from the orders and the collector's own counters.
func (s *stack) status(ctx context.Context, c counts) (string, error) {
	if err := s.system.Failed(); err != nil {
		return "", err
	}
	m, err := s.collector.Metrics(ctx)
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf("orders: %d sent, %d succeeded", c.sent, c.succeeded)
	f, err := fragmentsPerOrder(m, c.sent)
	if err != nil {
		return line + "; " + err.Error(), nil
	}
	return line + fmt.Sprintf("; traces per order so far: %.2f before, %.2f after", f.before, f.after), nil
}

// summarise prints what the run has shown and returns an error if it has not shown
// what it should.
func (s *stack) summarise(ctx context.Context, t *traffic) error {
	c := t.soFar()
	m, err := s.collector.Metrics(ctx)
	if err != nil {
		return err
	}
	f, err := fragmentsPerOrder(m, c.sent)
	if err != nil {
		return err
	}
	picture, err := s.picture(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\n%s\n", picture)
	fmt.Fprintf(s.out, "orders: %d sent, %d succeeded\n", c.sent, c.succeeded)
	fmt.Fprintf(s.out, "traces per order: %.2f before the merge, %.2f after\n", f.before, f.after)
	fmt.Fprintf(s.out, "spans: %.0f in, %.0f out\n", m[metricSpansIn], m[metricSpansOut])
	fmt.Fprintf(s.out, "Prometheus: %s\n", s.ordersInPrometheus(ctx))
	fmt.Fprintf(s.out, "the topology was on http://%s; logs: %s\n", s.collector.Topology, s.logDir)
	if c.firstErr == nil {
		return nil
	}
	err = fmt.Errorf("%d of %d orders failed, the first: %w", c.sent-c.succeeded, c.sent, c.firstErr)
	if !s.system.Complete() {
		err = fmt.Errorf("%w; an order needs the services that are skipped", err)
	}
	return err
}

// picture returns the topology as Mermaid text, or an error if it has no edge.
func (s *stack) picture(ctx context.Context) (string, error) {
	text, err := s.collector.FetchTopology(ctx, "json")
	if err != nil {
		return "", err
	}
	var graph contract.Topology
	if err := json.Unmarshal([]byte(text), &graph); err != nil {
		return "", fmt.Errorf("topology: %w", err)
	}
	if len(graph.Edges) == 0 {
		return "", errors.New("the topology has no edge")
	}
	return s.collector.FetchTopology(ctx, "mermaid")
}

// ordersInPrometheus says whether the reporter's metric has come all the way.
func (s *stack) ordersInPrometheus(ctx context.Context) string {
	if s.prometheus == nil {
		return "left out"
	}
	value, ok, err := s.prometheus.Query(ctx, ordersQuery)
	switch {
	case err != nil:
		return err.Error()
	case !ok:
		return "the reporter's count of orders has not arrived"
	}
	return fmt.Sprintf("%.0f orders counted by the reporter (polyglot_orders)", value)
}
