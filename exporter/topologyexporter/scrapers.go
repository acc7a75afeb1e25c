package topologyexporter

import (
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// maxScrapers bounds the scrapers that are remembered; the one that came longest ago
	// is forgotten first.
	maxScrapers = 64
	// youngSeries is how long after its beginning a series may still begin with a zero
	// for a scraper that was never seen before: what is counted until then happened in
	// about the time of a scrape interval.
	youngSeries = time.Minute
	// scrapeHeader is sent by Prometheus and by what scrapes like it.
	scrapeHeader = "X-Prometheus-Scrape-Timeout-Seconds"
)

// never is after the beginning of every series.
var never = time.Unix(1<<40, 0)

// scrapers remembers what each scraper has seen, so that every series begins with a
// zero for it: rate() and increase() know growth only, and would lose the first calls
// of an edge otherwise.
type scrapers struct {
	started time.Time // before which no series of this process began

	mu   sync.Mutex // guards seen
	seen map[string]time.Time
}

// zeroAfter tells after which time series begin for whoever asks. One who is no
// scraper gets every figure as it is.
func (s *scrapers) zeroAfter(r *http.Request, now time.Time) time.Time {
	if r.Header.Get(scrapeHeader) == "" || r.Method == http.MethodHead {
		return never
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, known := s.seen[scraperOf(r)]; known {
		return at
	}
	if young := now.Add(-youngSeries); young.After(s.started) {
		return young
	}
	return s.started
}

// saw remembers of which instant the figures were that a scraper got.
func (s *scrapers) saw(r *http.Request, asOf time.Time) {
	if r.Header.Get(scrapeHeader) == "" || r.Method == http.MethodHead {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	who := scraperOf(r)
	if _, known := s.seen[who]; !known && len(s.seen) >= maxScrapers {
		s.forgetOldest()
	}
	s.seen[who] = asOf
}

func (s *scrapers) forgetOldest() {
	oldest, at := "", never
	for who, t := range s.seen {
		if t.Before(at) {
			oldest, at = who, t
		}
	}
	delete(s.seen, oldest)
}

// maxScraperID cuts what a scraper says of itself.
const maxScraperID = 128

// scraperOf tells scrapers apart by address and program. Two that share both, behind
// one gateway, may miss each other's zeros, as they would without any.
func scraperOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	id := host + " " + r.UserAgent()
	return id[:min(len(id), maxScraperID)]
}
