package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPackageComments(t *testing.T) {
	report(t, docViolations(packages(t)))
}

// docViolations lists our packages without a package comment in the form that
// go doc expects. Packages that hold nothing but generated files are the
// generator's business; packages of tests only need a doc.go.
func docViolations(pkgs map[string]goPackage) []string {
	var out []string
	for importPath, p := range pkgs {
		if !ours(importPath) || onlyGenerated(p.GoFiles) {
			continue
		}
		want := "Package " + p.Name + " "
		if p.Name == "main" {
			want = "Command " + path.Base(importPath) + " "
		}
		if !strings.HasPrefix(p.Doc, want) {
			out = append(out, fmt.Sprintf("%s: the package comment starts %q, want %q; say in its doc.go what the package takes, gives and guarantees",
				short(importPath), p.Doc, want))
		}
	}
	slices.Sort(out)
	return out
}

func onlyGenerated(files []string) bool {
	return len(files) > 0 && !slices.ContainsFunc(files, func(f string) bool { return !strings.HasPrefix(f, "generated_") })
}

func TestDocViolations(t *testing.T) {
	const remedy = "; say in its doc.go what the package takes, gives and guarantees"
	tests := []struct {
		name string
		in   goPackage
		want []string
	}{
		{name: "library", in: goPackage{ImportPath: modulePath + "/topology", Name: "topology", Doc: "Package topology is the graph."}},
		{name: "command", in: goPackage{ImportPath: modulePath + "/cmd/polyspan", Name: "main", Doc: "Command polyspan reads the topology."}},
		{name: "generated only", in: goPackage{ImportPath: modulePath + "/x/internal/metadatatest", Name: "metadatatest", GoFiles: []string{"generated_telemetrytest.go"}}},
		{name: "of another module", in: goPackage{ImportPath: "go.uber.org/zap", Name: "zap"}},
		{
			name: "tests only, no doc.go", in: goPackage{ImportPath: modulePath + "/internal/e2e", Name: "e2e"},
			want: []string{`internal/e2e: the package comment starts "", want "Package e2e "` + remedy},
		},
		{
			name: "generated and written", in: goPackage{ImportPath: modulePath + "/x", Name: "x", GoFiles: []string{"generated_status.go", "x.go"}},
			want: []string{`x: the package comment starts "", want "Package x "` + remedy},
		},
		{
			name: "comment of another package", in: goPackage{ImportPath: modulePath + "/web", Name: "web", Doc: "Package page embeds."},
			want: []string{`web: the package comment starts "Package page embeds.", want "Package web "` + remedy},
		},
		{
			name: "command as package", in: goPackage{ImportPath: modulePath + "/cmd/polyspan", Name: "main", Doc: "Package main is the command."},
			want: []string{`cmd/polyspan: the package comment starts "Package main is the command.", want "Command polyspan "` + remedy},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, docViolations(map[string]goPackage{tt.in.ImportPath: tt.in}))
		})
	}
}
