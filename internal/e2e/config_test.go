package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The example configurations are what users start from: the collector that ships with
// them must take them.
func TestExamplesValidate(t *testing.T) {
	ctx := bounded(t)
	binary := builtFile(t, "polyspan-collector")
	files, err := filepath.Glob(fromRoot(t, "examples", "config", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			args := []string{"validate", "--config", file}
			if filepath.Base(file) == "demo-prometheus.yaml" { // comes second, after demo.yaml
				args = []string{"validate", "--config", filepath.Join(filepath.Dir(file), "demo.yaml"), "--config", file}
			}
			out, err := exec.CommandContext(ctx, binary, args...).CombinedOutput()
			assert.NoError(t, err, "%s", out)
		})
	}
}
