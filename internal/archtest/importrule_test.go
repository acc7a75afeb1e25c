package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// importRule is one row of the table: what packages under pattern may import.
// A package may always import others under its own row's pattern.
type importRule struct {
	// pattern is a package relative to the module; "/..." adds everything below.
	pattern string
	// allow are patterns of our own packages, followed transitively.
	allow []string
	// stdOnly refuses every module but the standard library and ours.
	stdOnly bool
	// maxLibraries, when not 0, bounds the number of other modules that one
	// package imports; OpenTelemetry's own API does not count.
	maxLibraries int
}

// anchorePrefix is syft and grype; only inventoryPattern may import them.
const (
	anchorePrefix    = "github.com/anchore/"
	inventoryPattern = "sbom/inventory/..."
)

// importViolations judges every package of ours. Test files obey the same row,
// for direct imports of our packages, and may use internal/ as well.
func importViolations(pkgs map[string]goPackage, rules []importRule) []string {
	var out []string
	for path, p := range pkgs {
		if !ours(path) {
			continue
		}
		i := slices.IndexFunc(rules, func(r importRule) bool { return matches(r.pattern, short(path)) })
		if i < 0 {
			out = append(out, fmt.Sprintf("%s: no row in the import table; give it one in internal/archtest/imports_test.go or move it", short(path)))
			continue
		}
		out = append(out, ownImports(pkgs, p, rules[i])...)
		out = append(out, testImports(p, rules[i])...)
		out = append(out, libraries(pkgs, p, rules[i])...)
	}
	slices.Sort(out)
	return out
}

// ownImports follows the imports of p through our packages, and says for each
// one that is not allowed by which way it got in.
func ownImports(pkgs map[string]goPackage, p goPackage, r importRule) []string {
	var out []string
	via := map[string]string{p.ImportPath: ""} // package → who imports it
	for queue := []string{p.ImportPath}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, imp := range pkgs[at].Imports {
			if _, seen := via[imp]; seen || !ours(imp) {
				continue
			}
			via[imp] = at
			if !r.permits(short(imp)) {
				out = append(out, fmt.Sprintf("%s imports %s%s; allowed: %s; move the code to where both may use it",
					short(p.ImportPath), short(imp), through(via, at), r.allowed()))
				continue
			}
			queue = append(queue, imp)
		}
	}
	return out
}

func testImports(p goPackage, r importRule) []string {
	var out []string
	for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
		if ours(imp) && !r.permits(short(imp)) && !matches("internal/...", short(imp)) {
			out = append(out, fmt.Sprintf("tests of %s import %s; allowed: %s; a test of both together belongs to internal/e2e",
				short(p.ImportPath), short(imp), r.allowed()))
		}
	}
	return out
}

// libraries judges what p imports from other modules.
func libraries(pkgs map[string]goPackage, p goPackage, r importRule) []string {
	var out []string
	modules := map[string]bool{}
	for _, imp := range p.Imports {
		if pkgs[imp].Standard || ours(imp) || imp == "C" {
			continue
		}
		if r.stdOnly {
			out = append(out, fmt.Sprintf("%s imports %s; allowed: %s; use the standard library or move the code", short(p.ImportPath), imp, r.allowed()))
		}
		if strings.HasPrefix(imp, anchorePrefix) && !matches(inventoryPattern, short(p.ImportPath)) {
			out = append(out, fmt.Sprintf("%s imports %s; only %s may: it turns the library's types into ours", short(p.ImportPath), imp, inventoryPattern))
		}
		if !strings.HasPrefix(imp, "go.opentelemetry.io/otel") {
			modules[module(pkgs[imp], imp)] = true
		}
	}
	if r.maxLibraries > 0 && len(modules) > r.maxLibraries {
		out = append(out, fmt.Sprintf("%s imports %d modules beside OpenTelemetry's; allowed: %d; give each transport its own package",
			short(p.ImportPath), len(modules), r.maxLibraries))
	}
	return out
}

func (r importRule) permits(pkg string) bool {
	if matches(r.pattern, pkg) {
		return true
	}
	return slices.ContainsFunc(r.allow, func(pattern string) bool { return matches(pattern, pkg) })
}

// allowed is the row as a sentence for the failure text.
func (r importRule) allowed() string {
	list := append([]string{r.pattern}, r.allow...)
	if r.stdOnly {
		list = append(list, "the standard library")
	}
	return strings.Join(list, ", ")
}

// matches reports whether pkg is the pattern or, with "/...", below it.
func matches(pattern, pkg string) bool {
	dir, tree := strings.CutSuffix(pattern, "...")
	if !tree {
		return pkg == pattern
	}
	return pkg == strings.TrimSuffix(dir, "/") || strings.HasPrefix(pkg, dir)
}

// through renders the chain that ends at a package, empty for a direct import.
func through(via map[string]string, at string) string {
	if via[at] == "" {
		return ""
	}
	var chain []string
	for ; via[at] != ""; at = via[at] {
		chain = append(chain, short(at))
	}
	slices.Reverse(chain)
	return " (through " + strings.Join(chain, ", ") + ")"
}

// module names the module of an import; one that go list could not resolve counts by its path.
func module(p goPackage, path string) string {
	if p.Module == nil {
		return path
	}
	return p.Module.Path
}
