package polyglot

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// printed maps a tool to what its version question prints.
type printed map[string]string

func (p printed) run(_ context.Context, tool string, args ...string) (string, error) {
	text, ok := p[tool]
	if !ok {
		return "", fmt.Errorf("%s is not in PATH", tool)
	}
	if len(args) > 0 && args[0] == "-c" && p["venv"] == "" {
		return "", errors.New("no module named ensurepip")
	}
	return text, nil
}

// complete is a machine with every toolchain, as the tools print it.
func complete() printed {
	return printed{
		"java":    "Picked up JAVA_TOOL_OPTIONS: -Xmx512m\nopenjdk version \"17.0.17\" 2025-10-21\nOpenJDK Runtime Environment",
		"javac":   "Picked up JAVA_TOOL_OPTIONS: -Xmx512m\njavac 17.0.17",
		"mvn":     "",
		"python3": "Python 3.11.2", "venv": "yes",
		"node": "v20.19.2", "npm": "",
		"go":    "go version go1.26.8 linux/amd64",
		"cargo": "cargo 1.95.0 (abcdef 2026-01-01)", "cc": "",
	}
}

func TestDetect(t *testing.T) {
	tests := []struct {
		name   string
		change func(printed)
		want   map[Language]string // missing
	}{
		{"all there", func(printed) {}, map[Language]string{}},
		{"no Maven", func(p printed) { delete(p, "mvn") }, map[Language]string{Java: "mvn is not in PATH"}},
		{"old JDK", func(p printed) { p["javac"] = "javac 1.8.0_302" }, map[Language]string{Java: "javac 1.8 is too old"}},
		{"old Python", func(p printed) { p["python3"] = "Python 3.9.18" }, map[Language]string{Python: "python3 3.9 is too old"}},
		{"Python without venv", func(p printed) { delete(p, "venv") }, map[Language]string{Python: "no module named ensurepip"}},
		{"newer major", func(p printed) { p["node"] = "v24.0.0" }, map[Language]string{}},
		{"unreadable version", func(p printed) { p["go"] = "gofast" }, map[Language]string{Go: `the version of go is not readable in "gofast"`}},
		{"no linker", func(p printed) { delete(p, "cc") }, map[Language]string{Rust: "cc is not in PATH"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			machine := complete()
			tt.change(machine)
			missing := map[Language]string{}
			found := detect(t.Context(), machine.run)
			for _, c := range found {
				assert.NotEmpty(t, c.Remedy)
				if !c.Usable() {
					missing[c.Language] = c.Missing
				}
			}
			assert.Len(t, found, len(Languages()))
			assert.Equal(t, tt.want, missing)
		})
	}
}

func TestChoose(t *testing.T) {
	found := []Toolchain{
		{Language: Java, Missing: "mvn is not in PATH", Remedy: "install Maven"},
		{Language: Python},
		{Language: Go},
	}
	t.Run("those found", func(t *testing.T) {
		use, skipped, err := Choose(found, nil)
		require.NoError(t, err)
		assert.Equal(t, []Language{Python, Go}, use)
		assert.Equal(t, found[:1], skipped)
	})
	t.Run("exactly those required", func(t *testing.T) {
		use, skipped, err := Choose(found, []Language{Go})
		require.NoError(t, err)
		assert.Equal(t, []Language{Go}, use)
		assert.Len(t, skipped, 2)
	})
	t.Run("required but missing", func(t *testing.T) {
		_, _, err := Choose(found, []Language{Go, Java})
		require.EqualError(t, err, "java is required but mvn is not in PATH: install Maven")
	})
}

func TestRunTool(t *testing.T) {
	_, err := runTool(t.Context(), "polyspan-no-such-tool", "--version")
	require.EqualError(t, err, "polyspan-no-such-tool is not in PATH")
	text, err := runTool(t.Context(), "sh", "-c", "echo out; echo err >&2")
	require.NoError(t, err)
	assert.Equal(t, "out\nerr", text)
	_, err = runTool(t.Context(), "sh", "-c", "echo cause; exit 2")
	require.EqualError(t, err, `"sh -c echo cause; exit 2": exit status 2: cause`)
}
