package topologyexporter

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A series begins with a zero for every scraper, or an edge called once would never
// have a rate.
func TestSeriesBeginWithZeroForScrapers(t *testing.T) {
	e := newTest(t, nil)
	now := time.Now()
	e.now = func() time.Time { return now }
	h, err := e.handler()
	require.NoError(t, err)
	assert.InDelta(t, -1, requestsOf(scrape(t, h, acceptProto)), 0, "no edge yet")

	now = now.Add(5 * time.Second)
	consume(t, e, aCallsB()...)
	now = now.Add(10 * time.Second)
	assert.InDelta(t, 1, gathered(t, e)["traces_service_graph_request_total"].GetMetric()[0].GetCounter().GetValue(), 0, "who does not scrape")
	assert.InDelta(t, 0, requestsOf(scrape(t, h, acceptProto)), 0, "first scrape")
	now = now.Add(15 * time.Second)
	assert.InDelta(t, 1, requestsOf(scrape(t, h, acceptProto)), 0, "second scrape")

	// A scraper that is new itself: of an old edge it gets what there is.
	now = now.Add(2 * youngSeries)
	e.scrapers.seen = map[string]time.Time{}
	assert.InDelta(t, 1, requestsOf(scrape(t, h, acceptProto)), 0)
}

// Scrapers that come close together cost one answer, unless an edge is new to one only.
func TestScrapersShareAnswers(t *testing.T) {
	e := newTest(t, nil)
	now := time.Now()
	e.now = func() time.Time { return now }
	consume(t, e, aCallsB()...)
	now = now.Add(youngSeries + time.Second)
	m := newMetrics(e)
	gathers := 0
	gather := m.gather
	m.gather = func() *figures { gathers++; return gather() }

	scrape(t, m, acceptProto)
	e.scrapers.seen = map[string]time.Time{} // another scraper
	now = now.Add(e.cfg.StreamInterval / 2)
	scrape(t, m, acceptProto)
	assert.Equal(t, 1, gathers)
	consume(t, e, aCallsB()...)
	scrape(t, m, acceptProto+";escaping=values")
	assert.Equal(t, 2, gathers, "another format")
	now = now.Add(e.cfg.StreamInterval)
	scrape(t, m, acceptProto)
	assert.Equal(t, 3, gathers, "too old")
}

func TestTooManyScrapes(t *testing.T) {
	m := newMetrics(newTest(t, nil))
	for range maxScrapes {
		m.slots <- struct{}{}
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "5", w.Header().Get("Retry-After"))
	assert.Contains(t, w.Body.String(), "4 scrapes are being answered already")
}

func TestScrapersAreBounded(t *testing.T) {
	s := &scrapers{started: time.Now(), seen: map[string]time.Time{}}
	for i := range 3 * maxScrapers {
		r := httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody)
		r.Header.Set(scrapeHeader, "10")
		r.RemoteAddr = fmt.Sprintf("10.0.%d.1:4000", i)
		s.saw(r, s.started.Add(time.Duration(i)*time.Second))
	}
	assert.Len(t, s.seen, maxScrapers)
	assert.Contains(t, s.seen, fmt.Sprintf("10.0.%d.1 ", 3*maxScrapers-1))
	assert.NotContains(t, s.seen, "10.0.0.1 ")
}
