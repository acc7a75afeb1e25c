package scrape

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/polyspan/polyspan/internal/bench"
)

// What a scraper accepts.
const (
	acceptText  = "text/plain;version=0.0.4"
	acceptProto = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
)

// scrapesPerRound is how often each subject is scraped in a row; they are far enough
// apart that none is answered with what was kept of the one before.
const (
	scrapesPerRound = 3
	pause           = 1100 * time.Millisecond
)

// peerName is how the report names the peer.
const peerName = "servicegraphconnector + prometheusexporter"

// contest is a way to be scraped.
type contest struct {
	name           string
	native         bool
	ours, theirs   string // accepted format
	oursNs, peerNs []float64
}

// Run measures rounds of scrapes of so many edges and returns the medians.
func Run(ctx context.Context, edges, rounds int, version string, progress func(string)) ([]bench.Result, error) {
	contests := []*contest{
		{name: "scrape, text", ours: acceptText, theirs: acceptText},
		{name: "scrape, native histograms, to their text", native: true, ours: acceptProto, theirs: acceptText},
	}
	td := batches(edges, time.Now())
	peer, err := theirs(ctx, td, edges)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", peerName, err)
	}
	defer func() { _ = peer.shutdown(ctx) }()
	for _, c := range contests {
		if err := c.measure(ctx, edges, rounds, peer, progress); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	var out []bench.Result
	for _, c := range contests {
		mine, other := median(c.oursNs), median(c.peerNs)
		out = append(out, bench.Result{
			Name: fmt.Sprintf("%s, %d edges", c.name, edges), Unit: "cpu-ns/edge", Ours: mine, Theirs: other, Ratio: other / mine,
			Peer: peerName, PeerVersion: version,
		})
	}
	return out, nil
}

func (c *contest) measure(ctx context.Context, edges, rounds int, peer *subject, progress func(string)) error {
	mine, err := ours(ctx, batches(edges, time.Now()), c.native)
	if err != nil {
		return err
	}
	defer func() { _ = mine.shutdown(ctx) }()
	for round := range rounds {
		progress(fmt.Sprintf("%s: round %d of %d", c.name, round+1, rounds))
		// The order changes, so that nobody is always first.
		for i := range 2 {
			subject, accept, to := mine, c.ours, &c.oursNs
			if (i+round)%2 == 1 {
				subject, accept, to = peer, c.theirs, &c.peerNs
			}
			ns, err := cost(ctx, subject.url, accept)
			if err != nil {
				return err
			}
			*to = append(*to, ns/float64(edges))
		}
	}
	return nil
}

// cost is the CPU time of the process in ns for one scrape.
func cost(ctx context.Context, url, accept string) (float64, error) {
	runtime.GC()
	var spent time.Duration
	for range scrapesPerRound {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		before, err := cpuTime()
		if err != nil {
			return 0, err
		}
		err = get(ctx, url, accept)
		if err != nil {
			return 0, err
		}
		after, err := cpuTime()
		if err != nil {
			return 0, err
		}
		spent += after - before
	}
	return float64(spent) / scrapesPerRound, nil
}

// get scrapes as Prometheus does: compressed, and reads to the end.
func get(ctx context.Context, url, accept string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	z, err := gzip.NewReader(resp.Body)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, z)
	return err
}

func cpuTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("getrusage: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
