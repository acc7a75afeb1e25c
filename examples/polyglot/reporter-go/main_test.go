package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// TestRunFlushes runs the program as main does, against a collector that counts
// what it is sent: nothing may be lost when it ends.
func TestRunFlushes(t *testing.T) {
	var mu sync.Mutex
	posted := make(map[string]int)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		posted[r.URL.Path] += len(body)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)

	path := filepath.Join(t.TempDir(), "reporter.sock")
	env := map[string]string{"REPORTER_SOCKET": path}
	ctx, stop := context.WithCancel(t.Context())
	stdout, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, func(key string) string { return env[key] }, w, slog.New(slog.DiscardHandler))
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || line != "ready reporter\n" {
		t.Fatalf("first line is %q, %v", line, err)
	}

	e := (&harness{path: path}).connect(t)
	e.ring(testRecord, bell(testRecord, testB3))
	e.wantAnswer(answer{OK: true})
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}

	mu.Lock()
	defer mu.Unlock()
	if got, want := slices.Sorted(maps.Keys(posted)), []string{"/v1/metrics", "/v1/traces"}; !slices.Equal(got, want) {
		t.Errorf("collector got %v, want %v", got, want)
	}
}

func TestRunRefusesBadEnvironment(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "reporter.sock")
	tests := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"no socket", nil, "REPORTER_SOCKET is not set: give it the path of a Unix socket"},
		{
			"another protocol",
			map[string]string{"REPORTER_SOCKET": socket, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
			`OTEL_EXPORTER_OTLP_PROTOCOL is "grpc": only http/protobuf is built in`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			getenv := func(key string) string { return tt.env[key] }
			err := run(t.Context(), getenv, io.Discard, slog.New(slog.DiscardHandler))
			if text := errorText(err); text != tt.want {
				t.Errorf("run error is %q, want %q", text, tt.want)
			}
		})
	}
}
