package bench

import (
	"fmt"

	"github.com/polyspan/polyspan/internal/bench/gen"
)

// transformRenames is the configuration of the transform processor that applies
// the ten renames the cheaper of its two ways: set and delete per key. (By
// replace_all_patterns on keys it costs several times as much.)
func transformRenames() map[string]any {
	statements := make([]any, 0, 2*len(gen.OldNames))
	for _, r := range gen.OldNames {
		statements = append(statements,
			fmt.Sprintf(`set(attributes[%q], attributes[%q]) where attributes[%q] != nil`, r.New, r.Old, r.Old),
			fmt.Sprintf(`delete_key(attributes, %q)`, r.Old))
	}
	return map[string]any{
		"error_mode":       "ignore",
		"trace_statements": []any{map[string]any{"context": "span", "statements": statements}},
	}
}
