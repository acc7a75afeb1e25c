package polyglot

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeServices are children of the test binary, run in folders of a fake source tree.
func fakeServices(t *testing.T, root string, names ...ServiceName) []service {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	var out []service
	for _, name := range names {
		s := service{name: name, language: Go, dir: string(name), run: []string{self, string(name)}}
		require.NoError(t, os.MkdirAll(s.folder(root), 0o700))
		out = append(out, s)
	}
	return out
}

func newFakeSystem(t *testing.T) *System {
	t.Helper()
	dir, err := newRuntimeDir()
	require.NoError(t, err)
	s := &System{client: newClient(), dir: dir}
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

func TestSystemStartStop(t *testing.T) {
	root, logs := t.TempDir(), t.TempDir()
	ends := filepath.Join(logs, "ends")
	var progress bytes.Buffer
	s := newFakeSystem(t)
	wanted := fakeServices(t, root, broker, Reporter, Engine, Preprocessing, Gateway)
	env := append(os.Environ(), envChild+"=service", envEnds+"="+ends)
	o := Options{Root: root, LogDir: logs, ReadyTimeout: time.Minute, Log: &progress}
	require.NoError(t, s.start(t.Context(), o, wanted, env))

	assert.Equal(t, 5, strings.Count(progress.String(), "is ready"), progress.String())
	assert.True(t, s.Complete())
	require.NoError(t, s.Failed())

	require.NoError(t, s.Stop())
	require.NoError(t, s.Stop(), "a second stop finds all stopped")
	order, err := os.ReadFile(ends)
	require.NoError(t, err)
	assert.Equal(t, "order-gateway\npreprocessing\npricing-engine\nreporter\nbroker\n", string(order), "callers end first")
	assert.NoDirExists(t, s.dir)
	for _, p := range s.services {
		assert.True(t, gone(p.pid), "%s is still there", p.name)
	}
}

func TestSystemNotComplete(t *testing.T) {
	root := t.TempDir()
	s := newFakeSystem(t)
	env := append(os.Environ(), envChild+"=service", envEnds+"="+filepath.Join(root, "ends"))
	o := Options{Root: root, LogDir: root, ReadyTimeout: time.Minute, Log: &bytes.Buffer{}}
	require.NoError(t, s.start(t.Context(), o, fakeServices(t, root, broker, Reporter, Preprocessing, Gateway), env))
	assert.False(t, s.Complete(), "without the engine no order can succeed")
}

func TestSystemStartFails(t *testing.T) {
	root := t.TempDir()
	s := newFakeSystem(t)
	o := Options{Root: root, LogDir: root, ReadyTimeout: time.Minute, Log: &bytes.Buffer{}}
	err := s.start(t.Context(), o, fakeServices(t, root, broker), append(os.Environ(), envChild+"=failing"))
	require.ErrorContains(t, err, "broker ended before it was ready: exit status 3")
	require.ErrorContains(t, s.Failed(), "address already in use")
}

func TestStartWithoutEntry(t *testing.T) {
	_, err := Start(t.Context(), Options{Languages: []Language{Go, Rust}})
	require.EqualError(t, err, "neither the gateway (java) nor preprocessing (python) can run: there is nothing to send orders to")
}

func TestServices(t *testing.T) {
	languages := map[Language]bool{}
	names := map[ServiceName]bool{}
	for _, s := range services() {
		languages[s.language], names[s.name] = true, true
		assert.NotEmpty(t, s.build, s.name)
		assert.NotEmpty(t, s.artefact, s.name)
	}
	assert.Len(t, languages, len(Languages()), "every language has a service")
	assert.Len(t, names, 6)
	assert.Len(t, servicesIn([]Language{Go}), 2)
}
