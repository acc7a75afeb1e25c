package polyglot

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// buildFixture is a service in a fake source tree whose build counts its runs.
type buildFixture struct {
	service      service
	root, stamps string
}

func newBuildFixture(t *testing.T, slow bool) buildFixture {
	t.Helper()
	f := buildFixture{
		service: service{
			dir: "fake", artefact: "target/out", slowBuild: slow,
			build: [][]string{{"mkdir", "-p", "target"}, {"sh", "-c", "echo run >> target/out"}},
		},
		root: t.TempDir(), stamps: t.TempDir(),
	}
	require.NoError(t, os.MkdirAll(f.service.folder(f.root), 0o700))
	f.write(t, "main.src", "one")
	return f
}

func (f buildFixture) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(f.service.folder(f.root), name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

// runs builds once more and returns how often the build has run since the artefact was made.
func (f buildFixture) runs(t *testing.T) int {
	t.Helper()
	require.NoError(t, f.service.buildIn(t.Context(), &bytes.Buffer{}, f.root, f.stamps))
	out, err := os.ReadFile(filepath.Join(f.service.folder(f.root), f.service.artefact))
	require.NoError(t, err)
	return bytes.Count(out, []byte("run\n"))
}

func TestBuildSlowOnlyWhenChanged(t *testing.T) {
	f := newBuildFixture(t, true)
	assert.Equal(t, 1, f.runs(t))
	assert.Equal(t, 1, f.runs(t), "nothing changed")
	f.write(t, "node_modules/x", "output of a build")
	f.write(t, ".venv/x", "output of a build")
	assert.Equal(t, 1, f.runs(t), "only built files changed")
	f.write(t, "main.src", "two")
	assert.Equal(t, 2, f.runs(t), "a source changed")
	f.write(t, "new.src", "")
	assert.Equal(t, 3, f.runs(t), "a source is new")
	require.NoError(t, os.Remove(filepath.Join(f.service.folder(f.root), f.service.artefact)))
	assert.Equal(t, 1, f.runs(t), "the artefact was removed")
}

func TestBuildQuickAlways(t *testing.T) {
	f := newBuildFixture(t, false)
	assert.Equal(t, 1, f.runs(t))
	assert.Equal(t, 2, f.runs(t), "the build tool itself finds out what changed")
}

func TestBuildFails(t *testing.T) {
	f := newBuildFixture(t, true)
	f.service.build = [][]string{{"sh", "-c", "echo missing semicolon >&2; exit 1"}}
	var progress bytes.Buffer
	for range 2 { // the second time, too: a failed build leaves no stamp
		progress.Reset()
		err := f.service.buildIn(t.Context(), &progress, f.root, f.stamps)
		require.ErrorContains(t, err, "building fake: sh -c echo missing semicolon >&2; exit 1: exit status 1; end of ")
		require.ErrorContains(t, err, "\nmissing semicolon")
		assert.Equal(t, "building fake (sh) ... failed\n", progress.String())
	}
}

func TestBuildCancelled(t *testing.T) {
	f := newBuildFixture(t, true)
	f.service.build = [][]string{{"sh", "-c", "sleep 60 & wait"}}
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	timer := time.AfterFunc(200*time.Millisecond, func() { cancel(interrupted) })
	defer timer.Stop()
	begin := time.Now()
	err := f.service.buildIn(ctx, &bytes.Buffer{}, f.root, f.stamps)
	require.ErrorIs(t, err, interrupted)
	assert.Less(t, time.Since(begin), 30*time.Second, "the build's own children end with it")
}
