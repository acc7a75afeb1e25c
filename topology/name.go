package topology

import (
	"strings"
	"unicode/utf8"
)

// maxNameBytes bounds every name kept from telemetry.
const maxNameBytes = 256

// cut shortens a name to maxNameBytes at a rune boundary. It does not copy.
func cut(s string) string {
	if len(s) <= maxNameBytes {
		return s
	}
	end := maxNameBytes
	for end > maxNameBytes-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// keep makes a copy of a name that may stay: cut, and valid UTF-8.
func keep(s string) string {
	return strings.Clone(cut(strings.ToValidUTF8(cut(s), "\uFFFD")))
}
