package topologyexporter

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/metadata"
)

const (
	// figuresEvery is how often figures are sent while no node or edge comes or goes, if
	// the topology is large. A small one is sent whenever it is built anew, so that a
	// span is in the picture within two seconds.
	figuresEvery  = 5 * time.Second
	largeTopology = 1 << 20 // bytes
	// keepAliveEvery is how often a comment is sent when there is nothing to say, so
	// that proxies keep the connection.
	keepAliveEvery = 15 * time.Second
	// writeTimeout is how long a client may take to read an event.
	writeTimeout = 10 * time.Second
	// retryAfterSeconds is what a client is told when there are too many.
	retryAfterSeconds = 5
)

// streams bounds the clients of the event stream and ends them at shutdown.
type streams struct {
	max       int64
	interval  time.Duration
	telemetry *metadata.TelemetryBuilder
	clients   atomic.Int64
	stopped   chan struct{} // closed by stop
	stopOnce  sync.Once
}

func newStreams(cfg *Config, telemetry *metadata.TelemetryBuilder) *streams {
	return &streams{
		max:       int64(cfg.MaxStreams),
		interval:  cfg.StreamInterval,
		telemetry: telemetry,
		stopped:   make(chan struct{}),
	}
}

func (s *streams) stop() { s.stopOnce.Do(func() { close(s.stopped) }) }

func (s *streams) drop(ctx context.Context, reason string) {
	s.telemetry.ExporterTopologyStreamDropped.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", reason)))
}

// serveStream is GET /api/v1/topology/stream: the topology as server-sent events.
func (e *topologyExporter) serveStream(w http.ResponseWriter, r *http.Request) {
	s := e.streams
	if s.clients.Add(1) > s.max {
		s.clients.Add(-1)
		s.drop(r.Context(), "too_many")
		w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
		problem{Status: http.StatusServiceUnavailable, Detail: `as many clients as "max_streams" allows are reading the stream`}.write(w)
		return
	}
	defer s.clients.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx holds events back otherwise
	if r.Method == http.MethodHead {
		return
	}
	c := client{w: w, control: http.NewResponseController(w)}
	if err := e.follow(r.Context(), &c); err != nil && r.Context().Err() == nil {
		s.drop(r.Context(), "slow")
	}
}

// follow sends until the client leaves, the exporter stops or a write fails; the
// error is that of the write.
func (e *topologyExporter) follow(ctx context.Context, c *client) error {
	tick := time.NewTicker(e.streams.interval)
	defer tick.Stop()
	for {
		now := e.now()
		v, err := e.views.at(now)
		if err != nil {
			return err
		}
		if err := c.tell(v, now); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-e.streams.stopped:
			return nil
		case <-tick.C:
		}
	}
}

// client is one reader of the stream.
type client struct {
	w       http.ResponseWriter
	control *http.ResponseController
	sent    *view     // the last view sent, nil before the first
	sentAt  time.Time // of the last event
	wroteAt time.Time // of the last event or comment
}

// tell sends the view if there is news in it: at once, but for the figures of a large
// topology, which are sent less often.
func (c *client) tell(v *view, now time.Time) error {
	switch {
	case c.sent == nil:
		return c.send(v, now, "retry: 2000\n")
	case v.shape > c.sent.version, v.version > c.sent.version && (len(v.json) < largeTopology || now.Sub(c.sentAt) >= figuresEvery):
		return c.send(v, now, "")
	case now.Sub(c.wroteAt) >= keepAliveEvery:
		c.wroteAt = now
		return c.write([]byte(": keep-alive\n\n"))
	}
	return nil
}

func (c *client) send(v *view, now time.Time, preamble string) error {
	c.sent, c.sentAt, c.wroteAt = v, now, now
	head := fmt.Appendf(nil, "%sevent: topology\nid: %d\ndata: ", preamble, v.version)
	event := append(append(head, v.json...), "\n\n"...)
	return c.write(event)
}

// write gives the client a while to read, instead of the server's write timeout,
// which would end the stream.
func (c *client) write(b []byte) error {
	if err := c.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err := c.w.Write(b); err != nil {
		return err
	}
	return c.control.Flush()
}
