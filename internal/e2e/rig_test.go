package e2e

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/internal/polyglot"
)

const (
	// testTimeout bounds one test without the builds.
	testTimeout = 4 * time.Minute
	// startTimeout bounds the start of the services: a JVM and a Python on a busy machine.
	startTimeout = 2 * time.Minute
)

// rig is a collector between the services and two sinks.
type rig struct {
	collector     *polyglot.Collector
	system        *polyglot.System // nil until startSystem
	before, after *sink
}

// newRig starts a collector with the demo's configuration and the sinks.
func newRig(ctx context.Context, t *testing.T, env ...string) *rig {
	t.Helper()
	return newRigWith(ctx, t, nil, env...)
}

// newRigWith is newRig with more configuration files of testdata.
func newRigWith(ctx context.Context, t *testing.T, configs []string, env ...string) *rig {
	t.Helper()
	files := []string{fromRoot(t, "examples", "config", "demo.yaml"), filepath.Join("testdata", "sinks.yaml")}
	for _, c := range configs {
		files = append(files, filepath.Join("testdata", c))
	}
	r := &rig{before: newSink(t), after: newSink(t)}
	var err error
	r.collector, err = polyglot.StartCollector(ctx, polyglot.CollectorOptions{
		Binary:  builtFile(t, "polyspan-collector"),
		Configs: files,
		Env:     slices.Concat([]string{"SINK_BEFORE=" + r.before.url, "SINK_AFTER=" + r.after.url}, env),
		LogDir:  t.TempDir(), ReadyTimeout: startTimeout,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.collector.Stop() })
	return r
}

// startSystem builds the services and starts all of them.
func (r *rig) startSystem(ctx context.Context, t *testing.T) {
	t.Helper()
	languages := builtLanguages(ctx, t)
	var err error
	r.system, err = polyglot.Start(ctx, polyglot.Options{
		Root: fromRoot(t), Languages: languages, OTLPEndpoint: "http://" + r.collector.OTLPHTTP,
		LogDir: t.TempDir(), ReadyTimeout: startTimeout, Log: t.Output(),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.system.Stop() })
}

// bounded returns a context that ends with the test or after testTimeout.
func bounded(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("end-to-end test: left out under -short")
	}
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	t.Cleanup(cancel)
	return ctx
}

func fromRoot(t *testing.T, path ...string) string {
	t.Helper()
	root, err := polyglot.FindRoot()
	require.NoError(t, err)
	return filepath.Join(append([]string{root}, path...)...)
}

// builtFile returns the path of a binary in _build. Without it the test is left out,
// or fails in CI.
func builtFile(t *testing.T, name string) string {
	t.Helper()
	path := fromRoot(t, "_build", name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("_build/%s is missing: run make build first", name)
	}
	t.Skipf("_build/%s is missing: run make build first", name)
	return ""
}

// buildServices builds all services once for all tests.
var buildServices = sync.OnceValue(func() error {
	root, err := polyglot.FindRoot()
	if err != nil {
		return err
	}
	return polyglot.Build(context.Background(), os.Stderr, root, polyglot.Languages())
})

// builtLanguages returns all languages, with their services built. Where a toolchain
// is missing the test is left out, or fails if the language is required.
func builtLanguages(ctx context.Context, t *testing.T) []polyglot.Language {
	t.Helper()
	required, err := polyglot.Required(os.Getenv)
	require.NoError(t, err)
	use, skipped, err := polyglot.Choose(polyglot.Detect(ctx), required)
	require.NoError(t, err)
	for _, s := range skipped {
		t.Skipf("needs the services of all languages, but %s: %s: %s", s.Language, s.Missing, s.Remedy)
	}
	require.NoError(t, buildServices())
	return use
}
