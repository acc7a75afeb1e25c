package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exporter serves what a topology exporter does, for the command to read.
func exporter(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/topology" {
			http.NotFound(w, r)
			return
		}
		q := r.URL.Query()
		switch {
		case q.Get("focus") == "nobody":
			http.Error(w, `there is no node "nobody"`, http.StatusBadRequest)
		case q.Get("focus") == "empty":
			_, _ = io.WriteString(w, `{"version":1,"nodes":[],"edges":[]}`)
		case q.Get("format") == "json":
			http.ServeFile(w, r, filepath.Join("testdata", "topology.json"))
		default:
			_, _ = io.WriteString(w, q.Get("format")+" of "+q.Get("focus")+" "+q.Get("depth")+"\n")
		}
	}))
	t.Cleanup(s.Close)
	return s
}

const emptyMap = "The map is empty: no calls between services were seen yet.\n" +
	"Send traces to the collector's OTLP receiver and check that a traces pipeline ends in the topology exporter.\n"

func TestRun(t *testing.T) {
	e := exporter(t)
	wantTable, err := os.ReadFile(filepath.Join("testdata", "topology.txt"))
	require.NoError(t, err)
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"table", []string{"topology", "--endpoint", e.URL}, 0, string(wantTable), ""},
		{"empty", []string{"topology", "--endpoint", e.URL, "--focus", "empty"}, 0, emptyMap, ""},
		{"mermaid", []string{"topology", "--endpoint", e.URL, "--format", "mermaid", "--focus", "a/b", "--depth", "2"}, 0, "mermaid of a/b 2\n", ""},
		{"dot", []string{"topology", "--endpoint", e.URL + "/", "--format", "dot"}, 0, "dot of  \n", ""},
		{"refused by the collector", []string{"topology", "--endpoint", e.URL, "--focus", "nobody"}, 1, "", "polyspan: " + e.URL + "/api/v1/topology?focus=nobody&format=json answered 400 Bad Request: there is no node \"nobody\"\n"},
		{"format", []string{"topology", "--format", "svg"}, 2, "", "polyspan: --format must be one of table, json, mermaid, dot, not \"svg\"\nsee \"polyspan help\"\n"},
		{"depth without focus", []string{"topology", "--depth", "1"}, 2, "", "polyspan: --depth must be above 0, and goes with --focus\nsee \"polyspan help\"\n"},
		{"endpoint", []string{"topology", "--endpoint", "localhost:8899"}, 2, "", "polyspan: --endpoint must be a URL such as http://localhost:8899, not \"localhost:8899\"\nsee \"polyspan help\"\n"},
		{"argument", []string{"topology", "now"}, 2, "", "polyspan: unexpected argument \"now\"\nsee \"polyspan help\"\n"},
		{"flag", []string{"topology", "--fast"}, 2, "", "polyspan: unknown flag: --fast\nsee \"polyspan help\"\n"},
		{"command", []string{"frobnicate"}, 2, "", "polyspan: there is no command \"frobnicate\"\nsee \"polyspan help\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(tt.args, &stdout, &stderr)
			assert.Equal(t, tt.code, code)
			assert.Equal(t, tt.stdout, stdout.String())
			assert.Equal(t, tt.stderr, stderr.String())
		})
	}
}

func TestNobodyListens(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := run([]string{"topology", "--endpoint", "http://127.0.0.1:1"}, &stdout, &stderr)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), "is the collector running, with exporters::topology in a traces pipeline?")
}

func TestOutputFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.dot")
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run([]string{"topology", "--endpoint", exporter(t).URL, "--format", "dot", "-o", file}, &stdout, &stderr), stderr.String())
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "dot of  \n", string(got))
	assert.Empty(t, stdout.String())
}

func TestVersionAndHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run([]string{"version"}, &stdout, &stderr))
	assert.Regexp(t, `^polyspan \S+ \(go\S+, \S+/\S+\)\n$`, stdout.String())
	stdout.Reset()
	require.Equal(t, exitOK, run([]string{"help"}, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "topology")
	assert.Empty(t, stderr.String())
}
