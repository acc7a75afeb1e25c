package polyglot

import (
	"fmt"
	"slices"
	"strings"
)

// Language is one of the languages the example system is written in.
type Language string

// The languages, each with one service or more.
const (
	Java   Language = "java"
	Python Language = "python"
	Node   Language = "node"
	Go     Language = "go"
	Rust   Language = "rust"
)

// EnvLanguages is the environment variable that names the languages to use.
const EnvLanguages = "POLYSPAN_LANGUAGES"

// Languages returns all languages of the example system.
func Languages() []Language { return []Language{Java, Python, Node, Go, Rust} }

// Required reads which languages must be present from the environment: those that
// POLYSPAN_LANGUAGES names; all of them if it is unset and CI is "true"; otherwise
// none (nil), which means "whatever is found".
func Required(getenv func(string) string) ([]Language, error) {
	if list := strings.TrimSpace(getenv(EnvLanguages)); list != "" {
		return parseLanguages(list)
	}
	if getenv("CI") == "true" {
		return Languages(), nil
	}
	return nil, nil
}

func parseLanguages(list string) ([]Language, error) {
	var out []Language
	for name := range strings.SplitSeq(list, ",") {
		l := Language(strings.ToLower(strings.TrimSpace(name)))
		if !slices.Contains(Languages(), l) {
			return nil, fmt.Errorf("%s=%q: unknown language %q: use a comma-separated list of %s",
				EnvLanguages, list, strings.TrimSpace(name), joinLanguages(Languages()))
		}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out, nil
}

func joinLanguages(ls []Language) string {
	names := make([]string, len(ls))
	for i, l := range ls {
		names[i] = string(l)
	}
	return strings.Join(names, ",")
}
