package polyglot

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// probeTimeout bounds one "tool --version".
const probeTimeout = 20 * time.Second

// Toolchain is what [Detect] found out about one language.
type Toolchain struct {
	Language Language
	// Missing says why the language cannot be used; it is empty if it can.
	Missing string
	// Remedy says how to get the toolchain.
	Remedy string
}

// Usable reports whether the language's services can be built and run here.
func (t Toolchain) Usable() bool { return t.Missing == "" }

// Detect asks every language's tools for their versions.
func Detect(ctx context.Context) []Toolchain { return detect(ctx, runTool) }

// Choose returns the languages to use: exactly the required ones, or all usable
// ones if none is required. It returns the toolchains that are left out beside
// them, and an error if a required one cannot be used.
func Choose(found []Toolchain, required []Language) (use []Language, skipped []Toolchain, err error) {
	var missing []error
	for _, t := range found {
		wanted := len(required) == 0 || slices.Contains(required, t.Language)
		switch {
		case wanted && t.Usable():
			use = append(use, t.Language)
		case wanted && len(required) > 0:
			missing = append(missing, fmt.Errorf("%s is required but %s: %s", t.Language, t.Missing, t.Remedy))
		case wanted:
			skipped = append(skipped, t)
		default:
			skipped = append(skipped, Toolchain{Language: t.Language, Missing: "not named in " + EnvLanguages, Remedy: "add it there"})
		}
	}
	return use, skipped, errors.Join(missing...)
}

// toolRunner runs a tool and returns what it printed on both streams.
type toolRunner func(ctx context.Context, tool string, args ...string) (string, error)

func detect(ctx context.Context, run toolRunner) []Toolchain {
	out := make([]Toolchain, 0, len(toolchains))
	for _, c := range toolchains {
		out = append(out, Toolchain{Language: c.language, Missing: c.missing(ctx, run), Remedy: c.remedy})
	}
	return out
}

func runTool(ctx context.Context, tool string, args ...string) (string, error) {
	if _, err := exec.LookPath(tool); err != nil {
		return "", fmt.Errorf("%s is not in PATH", tool)
	}
	if len(args) == 0 {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, tool, args...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("%q: %w: %s", tool+" "+strings.Join(args, " "), err, lastLine(text))
	}
	return text, nil
}

func lastLine(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }
