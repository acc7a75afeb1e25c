package archtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// importRules is the layout of the product. The first matching row counts.
// .golangci.yml repeats it for direct imports, so that editors show violations.
var importRules = []importRule{
	{pattern: "contract/...", stdOnly: true},
	{pattern: "topology/...", allow: []string{"contract/..."}, stdOnly: true},
	{pattern: "infer/...", allow: []string{"contract/..."}, stdOnly: true},
	{pattern: "processor/...", allow: []string{"contract/...", "infer/..."}},
	{pattern: "exporter/...", allow: []string{"contract/...", "topology/...", "web/..."}},
	{pattern: "web/...", stdOnly: true},
	{pattern: "sbom/...", allow: []string{"contract/...", "topology/..."}},
	{pattern: "bridge/...", allow: []string{"contract/..."}, maxLibraries: 1},
	{pattern: "cmd/polyspan/...", allow: []string{"contract/...", "topology/...", "infer/...", "web/...", "sbom/...", "bridge/...", "internal/..."}},
	{pattern: "internal/...", allow: []string{"..."}},
}

func TestImports(t *testing.T) {
	report(t, importViolations(packages(t), importRules))
}

func TestImportViolations(t *testing.T) {
	pkg := func(path string, imports ...string) goPackage {
		p := goPackage{ImportPath: modulePath + "/" + path}
		for _, imp := range imports {
			if _, ok := strings.CutPrefix(imp, "~/"); ok {
				imp = modulePath + imp[1:]
			}
			p.Imports = append(p.Imports, imp)
		}
		return p
	}
	others := []goPackage{
		{ImportPath: "fmt", Standard: true},
		{ImportPath: "github.com/nats-io/nats.go", Module: &struct{ Path string }{"github.com/nats-io/nats.go"}},
		{ImportPath: "github.com/twmb/franz-go/pkg/kgo", Module: &struct{ Path string }{"github.com/twmb/franz-go"}},
		{ImportPath: "github.com/twmb/franz-go/pkg/kerr", Module: &struct{ Path string }{"github.com/twmb/franz-go"}},
		{ImportPath: "github.com/anchore/syft/syft", Module: &struct{ Path string }{"github.com/anchore/syft"}},
		pkg("contract", "fmt"),
		pkg("topology", "fmt", "~/contract"),
		pkg("web", "embed"),
		pkg("internal/demo", "~/contract"),
	}
	withTest := func(p goPackage, imp string) goPackage {
		p.XTestImports = []string{modulePath + imp}
		return p
	}
	const proc, exp = "processor/multilangbridgeprocessor", "exporter/topologyexporter"
	tests := []struct {
		name string
		in   []goPackage
		want []string
	}{
		{name: "the layout itself", in: []goPackage{
			pkg("infer", "fmt", "~/contract"),
			pkg(proc, "~/contract", "~/infer", "~/"+proc+"/internal/metadata"), pkg(proc + "/internal/metadata"),
			pkg(exp, "~/contract", "~/topology", "~/web"),
			pkg("sbom", "~/topology", "~/sbom/inventory"), pkg("sbom/inventory", "github.com/anchore/syft/syft"),
			pkg("bridge/kafka", "~/bridge", "github.com/twmb/franz-go/pkg/kgo", "github.com/twmb/franz-go/pkg/kerr", "go.opentelemetry.io/otel/trace"),
			pkg("bridge", "~/contract"),
			pkg("cmd/polyspan", "~/sbom", "~/bridge", "~/topology"),
			pkg("internal/e2e", "~/"+proc, "~/"+exp),
			withTest(pkg("topology/render"), "/internal/demo"),
		}},
		{
			name: "library in contract", in: []goPackage{pkg("contract/wire", "github.com/nats-io/nats.go")},
			want: []string{"contract/wire imports github.com/nats-io/nats.go; allowed: contract/..., the standard library; use the standard library or move the code"},
		},
		{
			name: "contract imports topology", in: []goPackage{pkg("contract/wire", "~/topology")},
			want: []string{"contract/wire imports topology; allowed: contract/..., the standard library; move the code to where both may use it"},
		},
		{
			name: "library in topology", in: []goPackage{pkg("topology/render", "github.com/nats-io/nats.go")},
			want: []string{"topology/render imports github.com/nats-io/nats.go; allowed: topology/..., contract/..., the standard library; use the standard library or move the code"},
		},
		{
			name: "library in web", in: []goPackage{pkg("web/page", "github.com/nats-io/nats.go")},
			want: []string{"web/page imports github.com/nats-io/nats.go; allowed: web/..., the standard library; use the standard library or move the code"},
		},
		{
			name: "processor imports exporter", in: []goPackage{pkg(proc, "~/"+exp), pkg(exp)},
			want: []string{proc + " imports " + exp + "; allowed: processor/..., contract/..., infer/...; move the code to where both may use it"},
		},
		{
			name: "exporter imports processor through its own package", in: []goPackage{pkg(exp, "~/"+exp+"/internal/feed"), pkg(exp+"/internal/feed", "~/"+proc), pkg(proc)},
			want: []string{
				exp + " imports " + proc + " (through " + exp + "/internal/feed); allowed: exporter/..., contract/..., topology/..., web/...; move the code to where both may use it",
				exp + "/internal/feed imports " + proc + "; allowed: exporter/..., contract/..., topology/..., web/...; move the code to where both may use it",
			},
		},
		{
			name: "command imports exporter through internal", in: []goPackage{pkg("cmd/polyspan", "~/internal/all"), pkg("internal/all", "~/"+exp), pkg(exp)},
			want: []string{"cmd/polyspan imports " + exp + " (through internal/all); allowed: cmd/polyspan/..., contract/..., topology/..., infer/..., web/..., sbom/..., bridge/..., internal/...; move the code to where both may use it"},
		},
		{
			name: "test of processor imports exporter", in: []goPackage{withTest(pkg(proc), "/"+exp)},
			want: []string{"tests of " + proc + " import " + exp + "; allowed: processor/..., contract/..., infer/...; a test of both together belongs to internal/e2e"},
		},
		{
			name: "syft outside inventory", in: []goPackage{pkg("sbom/scan", "github.com/anchore/syft/syft")},
			want: []string{"sbom/scan imports github.com/anchore/syft/syft; only sbom/inventory/... may: it turns the library's types into ours"},
		},
		{
			name: "two transports in a lane", in: []goPackage{pkg("bridge/all", "github.com/nats-io/nats.go", "github.com/twmb/franz-go/pkg/kgo")},
			want: []string{"bridge/all imports 2 modules beside OpenTelemetry's; allowed: 1; give each transport its own package"},
		},
		{
			name: "package without a row", in: []goPackage{pkg("util")},
			want: []string{"util: no row in the import table; give it one in internal/archtest/imports_test.go or move it"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pkgs := map[string]goPackage{}
			for _, p := range slices.Concat(others, tt.in) {
				pkgs[p.ImportPath] = p
			}
			pkgs["embed"] = goPackage{ImportPath: "embed", Standard: true}
			assert.Equal(t, tt.want, importViolations(pkgs, importRules))
		})
	}
}
