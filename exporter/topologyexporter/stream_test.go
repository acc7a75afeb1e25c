package topologyexporter

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/polyspan/polyspan/contract"
)

// event is one server-sent event, or a comment.
type event struct {
	retry, name, id, comment string
	topology                 contract.Topology
}

// subscribe opens the stream and gives a function that reads the next event; the
// stream ends with the test.
func subscribe(t *testing.T, address string) func() event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/api/v1/topology/stream", http.NoBody)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{}}
	resp, err := client.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close(); client.CloseIdleConnections() })
	require.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return func() event {
		t.Helper()
		var e event
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "retry":
				e.retry = value
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				require.NoError(t, json.Unmarshal([]byte(value), &e.topology))
			case "":
				if value == "" {
					return e
				}
				e.comment = value
			}
		}
		require.NoError(t, lines.Err())
		require.Fail(t, "the stream ended")
		return e
	}
}

func TestStream(t *testing.T) {
	e := newTest(t, nil)
	next := subscribe(t, startTest(t, e))

	first := next()
	assert.Equal(t, "2000", first.retry)
	assert.Equal(t, "topology", first.name)
	assert.Equal(t, "1", first.id)
	assert.Empty(t, first.topology.Edges)

	consume(t, e, aCallsB()...)
	began := time.Now()
	second := next()
	assert.Less(t, time.Since(began), 2*time.Second)
	assert.Equal(t, event{name: "topology", id: "2", topology: second.topology}, second)
	require.Len(t, second.topology.Edges, 1)
	assert.Equal(t, "a", second.topology.Edges[0].Source)
}

// What is sent when is decided by client.tell; time is given, so no test waits.
func TestWhatIsSentWhen(t *testing.T) {
	start := time.Now()
	at := func(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }
	first := &view{version: 1, shape: 1, json: []byte(`{"n":1}`)}
	figures := &view{version: 2, shape: 1, json: []byte(`{"n":2}`)}
	large := &view{version: 3, shape: 1, json: bytes.Repeat([]byte("1"), largeTopology)}
	shape := &view{version: 4, shape: 4, json: []byte(`{"n":4}`)}
	steps := []struct {
		name string
		at   float64
		view *view
		want string
	}{
		{"the first event comes at once", 0, first, "retry: 2000\nevent: topology\nid: 1\ndata: {\"n\":1}\n\n"},
		{"nothing is new", 1, first, ""},
		{"figures of a small topology moved: at once", 2, figures, "event: topology\nid: 2\ndata: {\"n\":2}\n\n"},
		{"those of a large one wait", 6, large, ""},
		{"for 5 s", 7, large, "event: topology\nid: 3\ndata: " + string(large.json) + "\n\n"},
		{"an edge came: at once", 8, shape, "event: topology\nid: 4\ndata: {\"n\":4}\n\n"},
		{"nothing for 15 s", 23, shape, ": keep-alive\n\n"},
		{"nothing is new again", 24, shape, ""},
	}
	w := httptest.NewRecorder()
	c := client{w: deadlineRecorder{w}, control: http.NewResponseController(deadlineRecorder{w})}
	for _, s := range steps {
		w.Body.Reset()
		require.NoError(t, c.tell(s.view, at(s.at)), s.name)
		assert.Equal(t, s.want, w.Body.String(), s.name)
	}
}

// deadlineRecorder is a recorder that takes deadlines.
type deadlineRecorder struct{ *httptest.ResponseRecorder }

func (deadlineRecorder) SetWriteDeadline(time.Time) error { return nil }

// A stream lives longer than the server's write timeout.
func TestStreamOutlivesTheWriteTimeout(t *testing.T) {
	e := newTest(t, func(c *Config) { c.ServerConfig.WriteTimeout = 200 * time.Millisecond })
	next := subscribe(t, startTest(t, e))
	next()
	time.Sleep(500 * time.Millisecond) // the timeout is the server's own clock
	consume(t, e, aCallsB()...)
	assert.Len(t, next().topology.Edges, 1)
}

func TestTooManyStreams(t *testing.T) {
	e := newTest(t, func(c *Config) { c.MaxStreams = 1 })
	address := startTest(t, e)
	subscribe(t, address)()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(address + "/api/v1/topology/stream") //nolint:noctx // ends by itself
	require.NoError(t, err)
	defer r.Body.Close()
	assert.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	assert.Equal(t, "5", r.Header.Get("Retry-After"))
	assert.Equal(t, int64(1), e.streams.clients.Load())
}

// A client that does not read is cut off and counted.
func TestSlowClientIsDropped(t *testing.T) {
	e := newTest(t, nil)
	w := httptest.NewRecorder()
	c := client{w: failingWriter{deadlineRecorder{w}}, control: http.NewResponseController(deadlineRecorder{w})}
	assert.ErrorIs(t, e.follow(t.Context(), &c), errSlow)
}

var errSlow = errors.New("write deadline exceeded")

type failingWriter struct{ http.ResponseWriter }

func (failingWriter) Write([]byte) (int, error) { return 0, errSlow }

// Shutdown ends the streams and does not wait for their clients.
func TestShutdownEndsStreams(t *testing.T) {
	e := newTest(t, nil)
	require.NoError(t, e.start(t.Context(), componenttest.NewNopHost()))
	conn, err := net.Dial("tcp", e.server.addr.String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("GET /api/v1/topology/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return e.streams.clients.Load() == 1 }, 5*time.Second, time.Millisecond)

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, e.shutdown(ctx))
	assert.Zero(t, e.streams.clients.Load())
}
