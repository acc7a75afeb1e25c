package archtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const manifestFile = "builder-config.yaml"

// manifest is what ocb reads, as far as the rules look at it.
type manifest struct {
	Dist struct {
		Version string `yaml:"version"`
	} `yaml:"dist"`
	Receivers  []component `yaml:"receivers"`
	Processors []component `yaml:"processors"`
	Exporters  []component `yaml:"exporters"`
	Connectors []component `yaml:"connectors"`
	Extensions []component `yaml:"extensions"`
	Providers  []component `yaml:"providers"`
	Telemetry  component   `yaml:"telemetry"`
}

type component struct {
	// GoMod is "module version".
	GoMod string `yaml:"gomod"`
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	var m manifest
	require.NoError(t, yaml.Unmarshal(readFile(t, manifestFile), &m))
	require.NotEmpty(t, m.pins(), manifestFile+" lists no modules")
	return m
}

func (m manifest) pins() []pin {
	var out []pin
	all := slices.Concat(m.Receivers, m.Processors, m.Exporters, m.Connectors, m.Extensions, m.Providers, []component{m.Telemetry})
	for _, c := range all {
		module, version, _ := strings.Cut(c.GoMod, " ")
		out = append(out, pin{file: manifestFile, module: module, version: strings.TrimSpace(version)})
	}
	return out
}

func TestOwnVersionsAgree(t *testing.T) {
	var changelog string
	if slices.Contains(repoFiles(t), "CHANGELOG.md") {
		changelog = string(readFile(t, "CHANGELOG.md"))
	}
	report(t, ownVersionViolations(readManifest(t), changelog))
}

// releaseHeading is a version at the start of a second-level heading, with or without v and brackets.
var releaseHeading = regexp.MustCompile(`(?m)^## \[?v?(\d+\.\d+\.\d+)`)

// ownVersionViolations compares the version of the distribution with that of our
// module in it and with the newest one in the change log, once there is one.
func ownVersionViolations(m manifest, changelog string) []string {
	var out []string
	for _, p := range m.pins() {
		if p.module == modulePath && p.version != "v"+m.Dist.Version {
			out = append(out, fmt.Sprintf("%s: %s %s, but \"dist.version\" is %s; they are released together", p.file, p.module, p.version, m.Dist.Version))
		}
	}
	if newest := releaseHeading.FindStringSubmatch(changelog); len(newest) > 0 && newest[1] != m.Dist.Version {
		out = append(out, fmt.Sprintf("CHANGELOG.md: the newest version is %s, but \"dist.version\" of %s is %s", newest[1], manifestFile, m.Dist.Version))
	}
	return out
}

func TestOwnVersionViolations(t *testing.T) {
	tests := []struct {
		name, ours, changelog string
		want                  []string
	}{
		{name: "agree", ours: "v0.2.0", changelog: "# Changelog\n\n## 0.2.0 / unreleased\n\n## 0.1.0 / 2026-11-01\n"},
		{name: "no version yet", ours: "v0.2.0", changelog: "# Changelog\n\n## Unreleased\n"},
		{
			name: "module behind", ours: "v0.1.0",
			want: []string{`builder-config.yaml: github.com/polyspan/polyspan v0.1.0, but "dist.version" is 0.2.0; they are released together`},
		},
		{
			name: "changelog ahead", ours: "v0.2.0", changelog: "## [v0.3.0] 2026-12-01\n\n## [v0.2.0] 2026-11-01\n",
			want: []string{`CHANGELOG.md: the newest version is 0.3.0, but "dist.version" of builder-config.yaml is 0.2.0`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := manifest{Processors: []component{{GoMod: modulePath + " " + tt.ours}}}
			m.Dist.Version = "0.2.0"
			assert.Equal(t, tt.want, ownVersionViolations(m, tt.changelog))
		})
	}
}
