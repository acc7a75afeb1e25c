package archtest

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCollectorBinary(t *testing.T) {
	info, err := buildinfo.ReadFile(filepath.Join(root, "_build", "polyspan-collector"))
	if errors.Is(err, fs.ErrNotExist) {
		unavailable(t, "_build/polyspan-collector is not there; run `make build` first")
	}
	require.NoError(t, err)
	require.NotEmpty(t, info.Deps, "the binary names no modules; build it with modules on")
	report(t, linkViolations(info))
}

// linkViolations lists what the collector must not contain: syft and grype bring
// hundreds of modules, and a collector that runs next to every workload is no
// place for them.
func linkViolations(info *debug.BuildInfo) []string {
	var out []string
	for _, m := range info.Deps {
		if strings.HasPrefix(m.Path, anchorePrefix) {
			out = append(out, fmt.Sprintf("_build/polyspan-collector links %s %s; find the import with `go list -deps` on the processor and the exporter", m.Path, m.Version))
		}
	}
	return out
}

func TestLinkViolations(t *testing.T) {
	info := &debug.BuildInfo{Deps: []*debug.Module{
		{Path: "go.opentelemetry.io/collector/pdata", Version: "v1.64.0"},
		{Path: "github.com/anchore/syft", Version: "v1.54.1"},
	}}
	assert.Equal(t, []string{
		"_build/polyspan-collector links github.com/anchore/syft v1.54.1; find the import with `go list -deps` on the processor and the exporter",
	}, linkViolations(info))
	assert.Empty(t, linkViolations(&debug.BuildInfo{Deps: info.Deps[:1]}))
}
