package topologyexporter

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/common/expfmt"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
	"github.com/polyspan/polyspan/topology"
)

const (
	// maxScrapes bounds the scrapes answered at a time; each holds a copy of all figures.
	maxScrapes = 4
	// maxKept bounds the answers kept for other scrapers: one a format, and one more
	// for a scraper to which edges are new.
	maxKept = 4
)

// metrics is GET /metrics. It works on a copy of the figures, so spans are read
// meanwhile; what it compressed is kept for other scrapers that ask within maxAge.
type metrics struct {
	gather     func() *figures
	now        func() time.Time
	maxAge     time.Duration
	histograms exposition.Histograms
	scrapers   *scrapers
	slots      chan struct{} // one element for each scrape being answered

	mu   sync.Mutex // guards kept; held while an answer is made
	kept []keptAnswer
}

// keptAnswer is a compressed answer and for whom it holds.
type keptAnswer struct {
	format    expfmt.Format
	zeroAfter time.Time
	newest    time.Time // of its series
	asOf      time.Time
	body      []byte
}

func newMetrics(e *topologyExporter) *metrics {
	return &metrics{
		gather:     e.figures,
		now:        func() time.Time { return e.now() },
		maxAge:     e.cfg.StreamInterval,
		histograms: e.cfg.Metrics.Histograms.kinds(),
		scrapers:   e.scrapers,
		slots:      make(chan struct{}, maxScrapes),
	}
}

func (m *metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	default:
		w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
		problem{Status: http.StatusServiceUnavailable, Detail: strconv.Itoa(maxScrapes) + " scrapes are being answered already: scrape less often"}.write(w)
		return
	}
	format := expfmt.NegotiateIncludingOpenMetrics(r.Header)
	switch format.FormatType() {
	case expfmt.TypeTextPlain, expfmt.TypeOpenMetrics, expfmt.TypeProtoDelim:
	default: // the protobuf text forms are for debugging
		format = expfmt.NewFormat(expfmt.TypeTextPlain)
	}
	h := w.Header()
	h.Set("Content-Type", string(format))
	h.Add("Vary", "Accept, Accept-Encoding")
	if r.Method == http.MethodHead {
		return
	}
	zeroAfter := m.scrapers.zeroAfter(r, m.now())
	if !acceptsGzip(r.Header) {
		f := m.gather()
		if err := m.encode(w, format, f, zeroAfter); err == nil {
			m.scrapers.saw(r, f.asOf)
		}
		return
	}
	a, err := m.compressed(format, zeroAfter)
	if err != nil {
		writeError(w, err)
		return
	}
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if _, err := w.Write(a.body); err == nil {
		m.scrapers.saw(r, a.asOf)
	}
}

// encode writes the figures; series that began after zeroAfter are written as 0.
func (m *metrics) encode(w io.Writer, format expfmt.Format, f *figures, zeroAfter time.Time) error {
	a := answer{zeroAfter: zeroAfter}
	switch format.FormatType() {
	case expfmt.TypeProtoDelim:
		a.Encoder = exposition.NewProto(w, buckets, m.histograms)
	case expfmt.TypeOpenMetrics:
		a.Encoder = exposition.NewOpenMetrics(w, buckets)
	default:
		a.Encoder = exposition.NewText(w, buckets)
	}
	return a.write(f)
}

// compressed gives an answer that is young enough, or makes one.
func (m *metrics) compressed(format expfmt.Format, zeroAfter time.Time) (keptAnswer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	m.kept = slices.DeleteFunc(m.kept, func(a keptAnswer) bool { return now.Sub(a.asOf) >= m.maxAge })
	for i := range m.kept {
		if a := &m.kept[i]; a.format == format && a.holdsFor(zeroAfter) {
			return *a, nil
		}
	}
	f := m.gather()
	var body bytes.Buffer
	z, err := gzip.NewWriterLevel(&body, gzip.BestSpeed)
	if err != nil {
		return keptAnswer{}, err
	}
	if err := m.encode(z, format, f, zeroAfter); err != nil {
		return keptAnswer{}, err
	}
	if err := z.Close(); err != nil {
		return keptAnswer{}, err
	}
	if len(m.kept) == maxKept {
		m.kept = slices.Delete(m.kept, 0, 1)
	}
	a := keptAnswer{format: format, zeroAfter: zeroAfter, newest: f.newest, asOf: f.asOf, body: body.Bytes()}
	m.kept = append(m.kept, a)
	return a, nil
}

// holdsFor reports whether the same series are new to who asks.
func (a *keptAnswer) holdsFor(zeroAfter time.Time) bool {
	return zeroAfter.Equal(a.zeroAfter) || !zeroAfter.Before(a.newest) && !a.zeroAfter.Before(a.newest)
}

// acceptsGzip reads Accept-Encoding.
func acceptsGzip(h http.Header) bool {
	for part := range strings.SplitSeq(h.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return err != nil || q > 0
		}
	}
	return false
}

// figures copies the graph's cumulative figures; the graph is locked for a slice of
// its edges at a time.
func (e *topologyExporter) figures() *figures {
	now := e.now()
	f := newFigures(now, e.stats().Edges)
	topology.EachTotal(&e.mu, e.graph, now, f.add)
	f.addSpans(e.spanMetrics)
	f.self = e.selfFigures(now)
	f.breaks = e.breaks.totals()
	// Also when the scraper has left meanwhile: others may be given the same answer.
	e.restart.commit(context.Background())
	return f
}
