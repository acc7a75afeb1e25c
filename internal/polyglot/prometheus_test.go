package polyglot

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrometheus(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(envChild, "prometheus")
	p, err := StartPrometheus(t.Context(), self, t.TempDir(), time.Minute)
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Stop() })
	assert.Equal(t, "http://"+p.Address+"/api/v1/write", p.RemoteWriteURL())
	value, ok, err := p.Query(t.Context(), `a{b="c"}+1`)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.InDelta(t, 10, value, 0, "the expression arrives as it is")
	require.NoError(t, p.Stop())
	assert.NoDirExists(t, p.dir)
}

func TestParseQuery(t *testing.T) {
	_, ok, err := parseQuery([]byte(`{"status":"success","data":{"resultType":"vector","result":[]}}`))
	require.NoError(t, err)
	assert.False(t, ok, "an empty result is no value")
	for _, bad := range []string{"", `{"data":{"result":[{"value":[1,2]}]}}`} {
		_, _, err = parseQuery([]byte(bad))
		require.ErrorContains(t, err, "prometheus answer", bad)
	}
}

// tools makes a PATH with the given shell scripts, and the few tools they use.
func tools(t *testing.T, scripts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nPATH=/usr/bin:/bin\n"+script), 0o700))
	}
	t.Setenv("PATH", dir)
}

const (
	unpack    = `mkdir -p "$3/usr/bin"; cp "$2" "$3/usr/bin/prometheus"`
	download  = `[ "$2" = download ] && echo server > "$3"_1.0_all.deb`
	noArchive = `echo "E: Unable to locate package" >&2; exit 100`
)

func TestEnsurePrometheus(t *testing.T) {
	t.Run("in PATH", func(t *testing.T) {
		tools(t, map[string]string{"prometheus": ""})
		path, err := EnsurePrometheus(t.Context(), &bytes.Buffer{}, t.TempDir())
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(os.Getenv("PATH"), "prometheus"), path)
	})
	t.Run("unpacked, once", func(t *testing.T) {
		tools(t, map[string]string{"apt-get": download, "dpkg-deb": unpack})
		dir := filepath.Join(t.TempDir(), "new")
		var progress bytes.Buffer
		for range 2 {
			path, err := EnsurePrometheus(t.Context(), &progress, dir)
			require.NoError(t, err)
			assert.Equal(t, filepath.Join(dir, "usr/bin/prometheus"), path)
		}
		assert.Equal(t, "fetching the Debian package of Prometheus and unpacking it into "+dir+" (nothing is installed)\n", progress.String())
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Len(t, left, 1, "the archive is removed")
	})
	t.Run("no apt-get", func(t *testing.T) {
		tools(t, nil)
		_, err := EnsurePrometheus(t.Context(), &bytes.Buffer{}, t.TempDir())
		require.EqualError(t, err, "left out: no prometheus in PATH and no apt-get to fetch it with: install Prometheus 2.33 or newer")
	})
	t.Run("no such package", func(t *testing.T) {
		tools(t, map[string]string{"apt-get": noArchive, "dpkg-deb": unpack})
		_, err := EnsurePrometheus(t.Context(), &bytes.Buffer{}, t.TempDir())
		require.ErrorContains(t, err, "left out: apt-get ")
		require.ErrorContains(t, err, "exit status 100: E: Unable to locate package: install Prometheus 2.33 or newer")
	})
	t.Run("a package without a server", func(t *testing.T) {
		tools(t, map[string]string{"apt-get": download, "dpkg-deb": ""})
		_, err := EnsurePrometheus(t.Context(), &bytes.Buffer{}, t.TempDir())
		require.ErrorContains(t, err, "left out: the package holds no server")
	})
}
