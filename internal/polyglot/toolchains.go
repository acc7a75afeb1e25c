package polyglot

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// toolCheck is one tool a language needs. A tool without args only has to exist.
type toolCheck struct {
	tool string
	args []string
	// oldest is the lowest version that will do, e.g. {3, 11}; nil if any will.
	oldest []int
}

type toolchain struct {
	language Language
	checks   []toolCheck
	remedy   string
}

var toolchains = []toolchain{
	{
		language: Java,
		checks: []toolCheck{
			{tool: "java", args: []string{"-version"}, oldest: []int{17}},
			{tool: "javac", args: []string{"-version"}, oldest: []int{17}},
			{tool: "mvn"},
		},
		remedy: "install a JDK 17 or newer and Maven (Debian: apt-get install openjdk-17-jdk-headless maven)",
	},
	{
		language: Python,
		checks: []toolCheck{
			{tool: "python3", args: []string{"--version"}, oldest: []int{3, 11}},
			{tool: "python3", args: []string{"-c", "import ensurepip, venv"}},
		},
		remedy: "install Python 3.11 or newer with venv (Debian: apt-get install python3 python3-venv)",
	},
	{
		language: Node,
		checks: []toolCheck{
			{tool: "node", args: []string{"--version"}, oldest: []int{20}},
			{tool: "npm"},
		},
		remedy: "install Node.js 20 or newer with npm (https://nodejs.org)",
	},
	{
		language: Go,
		checks:   []toolCheck{{tool: "go", args: []string{"version"}, oldest: []int{1, 21}}},
		remedy:   "install Go 1.21 or newer (https://go.dev/dl), which fetches the version the module asks for",
	},
	{
		language: Rust,
		checks: []toolCheck{
			{tool: "cargo", args: []string{"--version"}, oldest: []int{1, 88}},
			{tool: "cc"},
		},
		remedy: "install Rust 1.88 or newer (https://rustup.rs) and a C compiler as linker (Debian: apt-get install gcc)",
	},
}

// missing says why the toolchain cannot be used, "" if it can.
func (c toolchain) missing(ctx context.Context, run toolRunner) string {
	for _, check := range c.checks {
		text, err := run(ctx, check.tool, check.args...)
		if err != nil {
			return err.Error()
		}
		if check.oldest == nil {
			continue
		}
		version := parseVersion(text)
		if version == nil {
			return fmt.Sprintf("the version of %s is not readable in %q", check.tool, lastLine(text))
		}
		if older(version, check.oldest) {
			return fmt.Sprintf("%s %s is too old", check.tool, joinVersion(version))
		}
	}
	return ""
}

// versionPattern is anchored at the words before the version: the JVM prints a line
// about JAVA_TOOL_OPTIONS, with numbers of its own, before it.
var versionPattern = regexp.MustCompile(
	`(?m)^(?:openjdk version "|java version "|javac |Python |v|go version go|cargo )(\d+)(?:\.(\d+))?`)

// parseVersion finds the version in what a tool printed: major, and minor if there
// is one. It returns nil if there is none.
func parseVersion(text string) []int {
	m := versionPattern.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	var out []int
	for _, part := range m[1:] {
		if n, err := strconv.Atoi(part); err == nil {
			out = append(out, n)
		}
	}
	return out
}

func older(version, oldest []int) bool {
	for i, want := range oldest {
		have := 0
		if i < len(version) {
			have = version[i]
		}
		if have != want {
			return have < want
		}
	}
	return false
}

func joinVersion(version []int) string {
	parts := make([]string, len(version))
	for i, n := range version {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ".")
}
