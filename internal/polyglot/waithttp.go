package polyglot

import (
	"context"
	"io"
	"net/http"
	"time"
)

// pollInterval is the pause between two attempts to reach a starting server.
const pollInterval = 50 * time.Millisecond

// waitHTTP returns when url answers with status 200, and an error with the end of the
// child's log if the child ends first or ctx is done.
func (p *process) waitHTTP(ctx context.Context, client *http.Client, url string) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return p.failure("ended before it was ready: " + exitText(p.err))
		case <-ctx.Done():
			return p.failure(notReady(ctx))
		case <-tick.C:
			if answers(ctx, client, url) {
				return nil
			}
		}
	}
}

func answers(ctx context.Context, client *http.Client, url string) bool {
	status, _, err := fetch(ctx, client, url)
	return err == nil && status == http.StatusOK
}

// maxFetchBytes bounds an answer of the collector or of Prometheus.
const maxFetchBytes = 16 << 20

// fetch returns status and body of a GET.
func fetch(ctx context.Context, client *http.Client, url string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFetchBytes))
	return resp.StatusCode, body, err
}
