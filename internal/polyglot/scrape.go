package polyglot

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Metrics are the collector's own metrics at one moment: the sum over all label sets
// by name. Counters are found with or without their suffix "_total".
type Metrics map[string]float64

// Metrics reads the collector's own metrics.
func (c *Collector) Metrics(ctx context.Context) (Metrics, error) {
	status, body, err := fetch(ctx, c.client, "http://"+c.Telemetry+"/metrics")
	if err != nil {
		return nil, fmt.Errorf("collector metrics: %w", err)
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("collector metrics: status %d", status)
	}
	return parseMetrics(body)
}

// parseMetrics reads the Prometheus text format as far as a sum by name needs it.
func parseMetrics(text []byte) (Metrics, error) {
	m := Metrics{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxFetchBytes)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		name := line[:max(0, strings.IndexAny(line, "{ "))]
		rest := line[len(name):]
		if i := strings.LastIndexByte(rest, '}'); i >= 0 {
			rest = rest[i+1:]
		}
		fields := strings.Fields(rest) // value and, perhaps, a timestamp
		if name == "" || len(fields) == 0 {
			return nil, fmt.Errorf("metrics line %q", line)
		}
		value, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			return nil, fmt.Errorf("metrics line %q: %w", line, err)
		}
		m[strings.TrimSuffix(name, "_total")] += value
	}
	return m, lines.Err()
}
