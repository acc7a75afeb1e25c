package archtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/mod/semver"
)

// pin is one module at one version, and the file that says so.
type pin struct{ file, module, version string }

// pinnedModules are the go.mod files that must name the same Collector as the
// manifest: the product, its benchmarks beside the peers, ocb and mdatagen.
var pinnedModules = []string{"go.mod", benchModule, "internal/tools/go.mod"}

func TestCollectorVersionsAgree(t *testing.T) {
	var pins []pin
	for _, name := range pinnedModules {
		for _, r := range parseModule(t, name, readFile(t, name)).Require {
			pins = append(pins, pin{file: name, module: r.Mod.Path, version: r.Mod.Version})
		}
	}
	pins = append(pins, readManifest(t).pins()...)
	report(t, versionViolations(pins))
}

// collectorFamily names the release train of a module of the Collector, "" for
// others. Core's unstable modules and contrib are released with one number,
// core's stable modules with another.
func collectorFamily(p pin) string {
	core := strings.HasPrefix(p.module, "go.opentelemetry.io/collector/")
	contrib := strings.HasPrefix(p.module, "github.com/open-telemetry/opentelemetry-collector-contrib/")
	switch {
	case core && semver.Major(p.version) == "v1":
		return "stable Collector modules"
	case core, contrib:
		return "Collector core and contrib"
	default:
		return ""
	}
}

// versionViolations lists the pins whose minor differs from the first of their family.
func versionViolations(pins []pin) []string {
	var out []string
	first := map[string]pin{}
	for _, p := range pins {
		family := collectorFamily(p)
		if family == "" {
			continue
		}
		f, ok := first[family]
		if !ok {
			first[family] = p
			continue
		}
		if semver.MajorMinor(p.version) != semver.MajorMinor(f.version) {
			out = append(out, fmt.Sprintf("%s: %s %s, but %s has %s %s; one minor for all %s",
				p.file, p.module, p.version, f.file, f.module, f.version, family))
		}
	}
	slices.Sort(out)
	return out
}

func TestVersionViolations(t *testing.T) {
	const core, contrib = "go.opentelemetry.io/collector/", "github.com/open-telemetry/opentelemetry-collector-contrib/"
	base := []pin{
		{"go.mod", core + "pdata", "v1.64.0"},
		{"go.mod", core + "exporter/exporterhelper", "v0.158.0"},
		{"go.mod", "go.opentelemetry.io/otel", "v1.46.0"},
	}
	tests := []struct {
		name string
		add  pin
		want []string
	}{
		{name: "same minor", add: pin{"builder-config.yaml", contrib + "receiver/kafkareceiver", "v0.158.1"}},
		{name: "another project", add: pin{"internal/bench/go.mod", "go.opentelemetry.io/contrib/bridges/otelzap", "v0.19.0"}},
		{
			name: "contrib behind core", add: pin{"builder-config.yaml", contrib + "receiver/kafkareceiver", "v0.157.0"},
			want: []string{"builder-config.yaml: " + contrib + "receiver/kafkareceiver v0.157.0, but go.mod has " + core + "exporter/exporterhelper v0.158.0; one minor for all Collector core and contrib"},
		},
		{
			name: "stable module ahead", add: pin{"internal/tools/go.mod", core + "confmap", "v1.65.0"},
			want: []string{"internal/tools/go.mod: " + core + "confmap v1.65.0, but go.mod has " + core + "pdata v1.64.0; one minor for all stable Collector modules"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, versionViolations(append(slices.Clone(base), tt.add)))
		})
	}
}
