package archtest

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forbidden is a pattern that no file may contain, and what to write instead.
type forbidden struct {
	re     *regexp.Regexp
	remedy string
}

// host matches a host name that is not the tail of a longer one. The names are
// cut in two here so that this file obeys its own rule.
func host(labels ...string) string { return regexp.QuoteMeta(strings.Join(labels, ".")) }

var forbiddenText = []forbidden{
	{
		// "$(HOME)/work/" and "https://host/root/" are something else.
		re:     regexp.MustCompile(`(^|[^\w.)}~/-])/(work|root|opt/wheels)/`),
		remedy: "an absolute path of one machine; write it relative to the repository or take it from a variable",
	},
	{
		re: regexp.MustCompile(strings.Join([]string{
			host("proxy", "golang", "org"), host("sum", "golang", "org"),
			host("files", "pythonhosted", "org"), `\bpypi` + `\.org`,
			host("registry", "npmjs", "org"), host("registry", "yarnpkg", "com"),
			host("static", "crates", "io"), host("index", "crates", "io"), `//crates` + `\.io`,
			host("repo", "maven", "apache", "org"), `\brepo\d?` + `\.maven\.org`,
			host("deb", "debian", "org"),
		}, "|")),
		remedy: "a package registry's address; leave the choice to the client's own settings (lock files: omit resolved addresses)",
	},
}

func TestFileContents(t *testing.T) {
	for _, name := range repoFiles(t) {
		if isSymlink(t, name) {
			target, err := os.Readlink(filepath.Join(root, name))
			require.NoError(t, err)
			report(t, linkTargetViolations(name, target))
			continue
		}
		data := readFile(t, name)
		report(t, textViolations(name, data))
		report(t, lengthViolations(name, data))
	}
}

func isSymlink(t *testing.T, name string) bool {
	t.Helper()
	info, err := os.Lstat(filepath.Join(root, name))
	require.NoError(t, err)
	return info.Mode()&os.ModeSymlink != 0
}

// textViolations lists the first line of a file that matches each forbidden pattern.
func textViolations(name string, data []byte) []string {
	var out []string
	for _, f := range forbiddenText {
		for i, line := range bytes.Split(data, []byte("\n")) {
			if m := f.re.Find(line); m != nil {
				out = append(out, fmt.Sprintf("%s:%d: contains %q: %s", name, i+1, bytes.TrimSpace(m), f.remedy))
				break
			}
		}
	}
	return out
}

// linkTargetViolations refuses symbolic links whose target is not in the repository.
func linkTargetViolations(name, target string) []string {
	if path.IsAbs(target) || !filepath.IsLocal(path.Join(path.Dir(name), target)) {
		return []string{fmt.Sprintf("%s: symbolic link to %s leaves the repository; link within it or copy the file", name, target)}
	}
	return nil
}

// maxLines bounds a hand-written source file; most have 60 to 160.
const maxLines = 600

// lengthViolations refuses long Go files; tables of test cases and generated code may be long.
func lengthViolations(name string, data []byte) []string {
	if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(path.Base(name), "generated_") {
		return nil
	}
	if n := bytes.Count(data, []byte("\n")); n > maxLines {
		return []string{fmt.Sprintf("%s: %d lines, at most %d; give each idea its own file", name, n, maxLines)}
	}
	return nil
}

func TestTextViolations(t *testing.T) {
	hit := []string{
		"cd /" + "work/main",
		`path: "/` + `root/.cache"`,
		"/" + "opt/wheels/x.whl",
		"GOPROXY=https://proxy.golang" + ".org,direct",
		`"resolved": "https://registry.npmjs` + `.org/d3/-/d3.tgz"`,
		"--index-url https://pypi" + ".org/simple",
		"https://crates" + ".io/crates/serde",
		"https://repo1.maven" + ".org/maven2",
	}
	for _, line := range hit {
		assert.Len(t, textViolations("f", []byte("first\n"+line+"\n")), 1, line)
	}
	pass := []string{
		"the network/ and framework/root/ folders",
		"https://example.com/work/item",
		"cd $(HOME)/work/x",
		`source = "registry+https://github.com/rust-lang/crates.io-index"`,
		"http://maven.apache.org/POM/4.0.0",
	}
	for _, line := range pass {
		assert.Empty(t, textViolations("f", []byte(line)), line)
	}
	assert.Equal(t, []string{`f.sh:2: contains "/` + `work/": ` + forbiddenText[0].remedy},
		textViolations("f.sh", []byte("#!/bin/sh\ncd /"+"work/main\ncd /"+"work/other\n")))
}

func TestLinkTargetViolations(t *testing.T) {
	tests := []struct {
		name, target string
		ok           bool
	}{
		{name: "docs/readme.md", target: "../README.md", ok: true},
		{name: "docs/readme.md", target: "other.md", ok: true},
		{name: "docs/readme.md", target: "../../README.md"},
		{name: "readme.md", target: "/etc/hosts"},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.ok, len(linkTargetViolations(tt.name, tt.target)) == 0, tt.target)
	}
}

func TestLengthViolations(t *testing.T) {
	long := bytes.Repeat([]byte("\n"), maxLines+1)
	assert.Equal(t, []string{"a/b.go: 601 lines, at most 600; give each idea its own file"}, lengthViolations("a/b.go", long))
	for _, name := range []string{"a/b_test.go", "a/generated_b.go", "a/b.md"} {
		assert.Empty(t, lengthViolations(name, long), name)
	}
	assert.Empty(t, lengthViolations("a/b.go", long[1:]))
}
