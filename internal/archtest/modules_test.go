package archtest

import (
	"fmt"
	"path"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
)

// benchModule is the only module that replaces another: it measures the product
// of the same checkout, and nobody imports it.
const benchModule = "internal/bench/go.mod"

// productModules are the go.mod files that are built together. Tools and example
// services are modules of their own for the opposite reason.
var productModules = []string{"go.mod", benchModule}

func TestModuleFiles(t *testing.T) {
	for _, name := range repoFiles(t) {
		if path.Base(name) == "go.mod" {
			report(t, moduleViolations(parseModule(t, name, readFile(t, name))))
		}
	}
}

func parseModule(t *testing.T, name string, data []byte) *modfile.File {
	t.Helper()
	f, err := modfile.Parse(name, data, nil)
	require.NoError(t, err)
	return f
}

// moduleViolations judges the directives that reach whoever imports a module:
// replace is ignored there, so what was tested is not what is used; tool puts
// the tool's whole tree into the importer's module graph.
func moduleViolations(f *modfile.File) []string {
	name := f.Syntax.Name
	var out []string
	for _, r := range f.Replace {
		if name == benchModule && r.Old.Path == modulePath && r.New.Path == "../.." {
			continue
		}
		if slices.Contains(productModules, name) {
			out = append(out, fmt.Sprintf("%s: replace %s => %s; require a released version instead", name, r.Old.Path, r.New.Path))
		}
	}
	for _, tool := range f.Tool {
		if slices.Contains(productModules, name) {
			out = append(out, fmt.Sprintf("%s: tool %s; pin it in internal/tools/go.mod", name, tool.Path))
		}
	}
	return out
}

func TestModuleViolations(t *testing.T) {
	tests := []struct {
		name, file, text string
		want             []string
	}{
		{name: "root", file: "go.mod", text: "require golang.org/x/mod v0.42.0"},
		{name: "tools", file: "internal/tools/go.mod", text: "tool go.opentelemetry.io/collector/cmd/builder"},
		{name: "bench", file: benchModule, text: "replace github.com/polyspan/polyspan => ../.."},
		{
			name: "replace in root", file: "go.mod", text: "replace golang.org/x/mod => ../mod",
			want: []string{"go.mod: replace golang.org/x/mod => ../mod; require a released version instead"},
		},
		{
			name: "another replace in bench", file: benchModule, text: "replace golang.org/x/mod => golang.org/x/mod v0.41.0",
			want: []string{"internal/bench/go.mod: replace golang.org/x/mod => golang.org/x/mod; require a released version instead"},
		},
		{
			name: "tool in root", file: "go.mod", text: "tool golang.org/x/tools/cmd/stringer",
			want: []string{"go.mod: tool golang.org/x/tools/cmd/stringer; pin it in internal/tools/go.mod"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := parseModule(t, tt.file, []byte("module example.com/m\n\ngo 1.26.0\n\n"+tt.text+"\n"))
			assert.Equal(t, tt.want, moduleViolations(f))
		})
	}
}
