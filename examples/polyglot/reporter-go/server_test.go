package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

const (
	testPatience = 5 * time.Second
	testB3       = "00f067aa0ba902b7-53995c3f42cd8ad8-1"
	testRecord   = `{"order_id":"o-1","total_cents":2599,"line_count":2}`
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// harness is a server on a socket of its own, whose telemetry stays in memory.
type harness struct {
	path   string
	server *server
	spans  *tracetest.SpanRecorder
	points *sdkmetric.ManualReader
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	h := &harness{
		path:   filepath.Join(t.TempDir(), "reporter.sock"),
		spans:  tracetest.NewSpanRecorder(),
		points: sdkmetric.NewManualReader(),
	}
	traces := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(h.spans))
	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(h.points))
	recorder, err := newRecorder(traces.Tracer("test"), metrics.Meter("test"))
	if err != nil {
		t.Fatal(err)
	}
	socket, err := listenPrivate(h.path)
	if err != nil {
		t.Fatal(err)
	}
	h.server = newServer(socket.UnixListener, recorder, slog.New(slog.DiscardHandler))
	served := make(chan struct{})
	go func() {
		defer close(served)
		h.server.serve(context.WithoutCancel(t.Context()))
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), testPatience)
		defer cancel()
		_ = h.server.stop(ctx)
		<-served
		if err := socket.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// engine is the other end of a connection.
type engine struct {
	*testing.T
	conn *net.UnixConn
	slot *os.File
}

// dial connects without saying hello.
func (h *harness) dial(t *testing.T) *engine {
	t.Helper()
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: h.path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(testPatience)); err != nil {
		t.Fatal(err)
	}
	return &engine{T: t, conn: conn, slot: newMemfd(t, testSlotBytes, unix.F_SEAL_SHRINK)}
}

// connect dials and hands over a slot.
func (h *harness) connect(t *testing.T) *engine {
	t.Helper()
	e := h.dial(t)
	e.hello(`{"slot_bytes":4096}`, e.slot)
	e.wantAnswer(answer{OK: true})
	return e
}

func (e *engine) hello(text string, files ...*os.File) {
	e.Helper()
	fds := make([]int, 0, len(files))
	for _, file := range files {
		fds = append(fds, int(file.Fd()))
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	var frame strings.Builder
	if err := writeFrame(&frame, []byte(text)); err != nil {
		e.Fatal(err)
	}
	if _, _, err := e.conn.WriteMsgUnix([]byte(frame.String()), rights, nil); err != nil {
		e.Fatal(err)
	}
}

func (e *engine) ring(record, bell string) {
	e.Helper()
	if _, err := e.slot.WriteAt([]byte(record), 0); err != nil {
		e.Fatal(err)
	}
	if err := writeFrame(e.conn, []byte(bell)); err != nil {
		e.Fatal(err)
	}
}

func (e *engine) wantAnswer(want answer) {
	e.Helper()
	frame, err := readFrame(e.conn)
	if err != nil {
		e.Fatalf("no answer: %v, want %+v", err, want)
	}
	var got answer
	if err := json.Unmarshal(frame, &got); err != nil {
		e.Fatal(err)
	}
	if got != want {
		e.Errorf("answer is %+v, want %+v", got, want)
	}
}

func (e *engine) wantClosed() {
	e.Helper()
	if n, err := e.conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		e.Errorf("read %d bytes, %v, want the end of the connection", n, err)
	}
}

func bell(record, b3 string) string {
	text, err := json.Marshal(doorbell{Length: int64(len(record)), B3: b3})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (h *harness) totals(t *testing.T) map[string]int64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := h.points.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	totals := make(map[string]int64)
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			for _, point := range m.Data.(metricdata.Sum[int64]).DataPoints {
				totals[m.Name+" "+m.Unit] += point.Value
			}
		}
	}
	return totals
}

func TestRecordIsCountedAndTraced(t *testing.T) {
	h := newHarness(t)
	e := h.connect(t)
	for range 2 {
		e.ring(testRecord, bell(testRecord, testB3))
		e.wantAnswer(answer{OK: true})
	}

	totals := h.totals(t)
	want := map[string]int64{"polyglot_orders {order}": 2, "polyglot_revenue_cents {cent}": 5198}
	for name, value := range want {
		if totals[name] != value {
			t.Errorf("%s is %d, want %d", name, totals[name], value)
		}
	}

	spans := h.spans.Ended()
	if len(spans) != 4 {
		t.Fatalf("got %d spans, want 4", len(spans))
	}
	update, server := spans[0], spans[1]
	if server.Name() != "reporter.Record" || server.SpanKind() != trace.SpanKindServer {
		t.Errorf("got span %q of kind %s", server.Name(), server.SpanKind())
	}
	if got := server.SpanContext().TraceID().String(); got != "000000000000000000f067aa0ba902b7" {
		t.Errorf("trace id is %s, want the engine's, left-padded", got)
	}
	if got := server.Parent(); got.SpanID().String() != "53995c3f42cd8ad8" || !got.IsRemote() {
		t.Errorf("parent is %v, want the engine's span", got)
	}
	if got := server.Attributes(); len(got) != 1 || got[0] != lane {
		t.Errorf("attributes are %v, want %v", got, lane)
	}
	if update.Name() != "update totals" || update.SpanKind() != trace.SpanKindInternal {
		t.Errorf("got span %q of kind %s", update.Name(), update.SpanKind())
	}
	if got, want := update.Parent().SpanID(), server.SpanContext().SpanID(); got != want {
		t.Errorf("parent of %q is %s, want %s", update.Name(), got, want)
	}
}

func TestRefusedRecordLeavesTheConnectionUsable(t *testing.T) {
	tests := []struct {
		name, record, bell, want string
	}{
		{"bad doorbell", "", `{"offset":`, "doorbell: unexpected end of JSON input"},
		{"outside the slot", "", `{"offset":4096,"length":1}`, "record at offset 4096 with length 1 is not inside the slot of 4096 bytes"},
		{"bad record", "{", bell("{", testB3), "record: unexpected end of JSON input"},
	}
	h := newHarness(t)
	e := h.connect(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e.T = t
			e.ring(tt.record, tt.bell)
			e.wantAnswer(answer{Error: tt.want})
		})
	}
	e.T = t
	e.ring(testRecord, bell(testRecord, "no context"))
	e.wantAnswer(answer{OK: true})
	if got := h.totals(t)["polyglot_orders {order}"]; got != 1 {
		t.Errorf("polyglot_orders is %d, want 1", got)
	}
}

func TestRefusedHelloEndsTheConnection(t *testing.T) {
	h := newHarness(t)
	unsealed := newMemfd(t, testSlotBytes, 0)
	sealed := newMemfd(t, testSlotBytes, unix.F_SEAL_SHRINK)
	tests := []struct {
		name, hello string
		files       []*os.File
		want        string
	}{
		{"no descriptor", `{"slot_bytes":4096}`, nil, "0 file descriptors received with the hello, want 1"},
		{"two descriptors", `{"slot_bytes":4096}`, []*os.File{sealed, sealed}, "2 file descriptors received with the hello, want 1"},
		{"too many descriptors", `{"slot_bytes":4096}`, []*os.File{sealed, sealed, sealed, sealed, sealed}, "4 file descriptors received with the hello, want 1"},
		{"no seal", `{"slot_bytes":4096}`, []*os.File{unsealed}, "slot can shrink: seal it with F_SEAL_SHRINK"},
		{"bad JSON", `4096`, []*os.File{sealed}, "hello: json: cannot unmarshal number into Go value of type main.hello"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := openDescriptors(t)
			e := h.dial(t)
			e.hello(tt.hello, tt.files...)
			e.wantAnswer(answer{Error: tt.want})
			e.wantClosed()
			// The engine's own end and memfd are the two that are left.
			if left := openDescriptors(t) - before; left != 2 {
				t.Errorf("%d descriptors more than before, want 2", left)
			}
		})
	}
}

func TestFrameOutOfBoundsEndsTheConnection(t *testing.T) {
	h := newHarness(t)
	e := h.connect(t)
	if _, err := e.conn.Write([]byte{0xff, 0xff, 0xff, 0xff}); err != nil {
		t.Fatal(err)
	}
	e.wantAnswer(answer{Error: "bad frame: 4294967295 bytes exceed the limit of 4096 bytes"})
	e.wantClosed()
}

func TestEngineThatDiesInTheMiddleHurtsNobody(t *testing.T) {
	h := newHarness(t)
	good := h.connect(t)
	for _, part := range []string{"", "\x00", "\x00\x00\x00\x09{"} {
		dead := h.dial(t)
		if _, err := dead.conn.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		dead.conn.Close()
		dead = h.connect(t)
		if _, err := dead.conn.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
		dead.conn.Close()
	}
	good.ring(testRecord, bell(testRecord, testB3))
	good.wantAnswer(answer{OK: true})
}

func TestConnectionsAreBounded(t *testing.T) {
	h := newHarness(t)
	for range maxConnections {
		h.dial(t)
	}
	h.dial(t).wantClosed()
}

func TestStopFinishesWhatHasArrived(t *testing.T) {
	h := newHarness(t)
	e := h.connect(t)
	idle := h.connect(t)
	e.ring(testRecord, bell(testRecord, testB3))
	if err := h.server.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.wantAnswer(answer{OK: true})
	e.wantClosed()
	idle.wantClosed()
	if _, err := net.Dial("unix", h.path); err == nil {
		t.Error("a stopped server takes connections")
	}
}

func TestStopCutsOffWhoDoesNotListen(t *testing.T) {
	h := newHarness(t)
	deaf := h.connect(t)
	// Nobody reads the answers: once the buffers are full, the server is stuck.
	if err := deaf.conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	var full error
	for full == nil {
		full = writeFrame(deaf.conn, []byte("{}"))
	}
	if !errors.Is(full, os.ErrDeadlineExceeded) {
		t.Fatal(full)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, want := errorText(h.server.stop(ctx)), "1 connections cut off: context canceled"; got != want {
		t.Errorf("stop error is %q, want %q", got, want)
	}
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
