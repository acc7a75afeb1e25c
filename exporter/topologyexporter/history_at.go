package topologyexporter

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology/history"
)

// parseInstant reads an instant: RFC 3339, or Unix seconds. It is zero when the
// parameter is not given.
func parseInstant(values url.Values, name string) (time.Time, error) {
	text := values.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, nil
	}
	const latest = 1 << 33 // seconds; what is beyond are milliseconds
	if s, err := strconv.ParseFloat(text, 64); err == nil && s > 0 && s < latest {
		whole, part := math.Modf(s)
		return time.Unix(int64(whole), int64(part*1e9)).UTC(), nil
	}
	return time.Time{}, badValue(name, text, []string{"an instant such as 2026-03-01T12:00:00Z", "Unix seconds"})
}

// parseWindow reads how much time before an instant is asked for; 0 when it is not given.
func parseWindow(values url.Values) (time.Duration, error) {
	text := values.Get("window")
	if text == "" {
		return 0, nil
	}
	const shortest, longest = time.Second, 720 * time.Hour
	w, err := time.ParseDuration(text)
	if err != nil || w < shortest || w > longest {
		return 0, badValue("window", text, []string{"a duration from 1s to 720h, such as 5m"})
	}
	return w, nil
}

var errNoHistory = problem{
	Status: http.StatusBadRequest, Parameter: "at",
	Detail: `"at" asks for an earlier time, and no history is kept: set "history::retention"`,
}

// lookBack gives the topology of an instant, or of now, over a window, or that of the
// exporter. The error is a problem.
func (e *topologyExporter) lookBack(ctx context.Context, at time.Time, window time.Duration) (contract.Topology, error) {
	sum, err := e.sumAt(ctx, "at", at, window)
	if err != nil {
		return contract.Topology{}, err
	}
	return sum.Draw(), nil
}

// sumAt sums up the history before an instant that a parameter gives.
func (e *topologyExporter) sumAt(ctx context.Context, parameter string, at time.Time, window time.Duration) (*history.Sum, error) {
	if e.history == nil {
		return nil, errNoHistory
	}
	now := e.now()
	if at.IsZero() {
		at = now
	}
	if window == 0 {
		window = e.cfg.Window
	}
	kept := e.keptFrom(now)
	if at.After(now) || !at.After(kept) {
		return nil, problem{
			Status: http.StatusBadRequest, Parameter: parameter,
			Allowed: []string{kept.UTC().Format(time.RFC3339) + " to " + now.UTC().Format(time.RFC3339)},
			Detail: strconv.Quote(parameter) + " is " + at.UTC().Format(time.RFC3339Nano) + ": the history is kept from " +
				kept.UTC().Format(time.RFC3339) + " to " + now.UTC().Format(time.RFC3339),
		}
	}
	from := max(at.Add(-window).UnixNano(), kept.UnixNano())
	sum, err := e.history.store.Read(ctx, from, at.UnixNano(), e.history.live(now, from, at.UnixNano()))
	if err != nil {
		e.settings.Logger.Warn("Cannot read all of the history", zap.Error(err))
	}
	// Time in which nothing was seen counts, too.
	sum.Cover(from, at.UnixNano())
	sum.Until(now.UnixNano())
	return sum, nil
}

// keptFrom is the beginning of what the history knows: of its first record, or of the
// process, which is within the window.
func (e *topologyExporter) keptFrom(now time.Time) time.Time {
	kept := e.scrapers.started
	if from, _, ok := e.history.store.Span(); ok && from.Before(kept) {
		kept = from
	}
	if limit := now.Add(-e.cfg.History.Retention); kept.Before(limit) {
		kept = limit
	}
	return kept
}

// parseTime reads the parameters of time.
func (q *query) parseTime(values url.Values) error {
	var errAt, errWindow error
	q.at, errAt = parseInstant(values, "at")
	q.window, errWindow = parseWindow(values)
	return errors.Join(errAt, errWindow)
}

// past reports whether an earlier topology is asked for, or over another time than usual.
func (q *query) past() bool { return !q.at.IsZero() || q.window != 0 }
