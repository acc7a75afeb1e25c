package polyglot

import (
	"context"
	"fmt"
	"net/http"
)

// FetchTopology returns the topology from the collector's exporter in a format that
// it knows: json, mermaid, dot or nodegraph.
func (c *Collector) FetchTopology(ctx context.Context, format string) (string, error) {
	status, body, err := fetch(ctx, c.client, "http://"+c.Topology+"/api/v1/topology?format="+format)
	if err != nil {
		return "", fmt.Errorf("topology: %w", err)
	}
	if status != http.StatusOK {
		return "", fmt.Errorf("topology: status %d: %s", status, body)
	}
	return string(body), nil
}
