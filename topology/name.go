package topology

import (
	"encoding/hex"
	"hash/fnv"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxNameBytes bounds every name kept from telemetry.
	maxNameBytes = 256
	// cutBytes is what is left of a longer name before its hash.
	cutBytes = maxNameBytes - 1 - 16
	// hashedBytes are read of either end of a name that is cut.
	hashedBytes = 1024
)

// cut shortens a name to maxNameBytes at a rune boundary: its start and a hash, so
// that two long names stay two. A name that fits is not copied.
func cut(s string) string {
	if len(s) <= maxNameBytes {
		return s
	}
	end := cutBytes
	for end > cutBytes-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(s[:min(hashedBytes, len(s))]))
	_, _ = h.Write([]byte(s[max(len(s)-hashedBytes, 0):]))
	_, _ = h.Write(strconv.AppendInt(nil, int64(len(s)), 10))
	return s[:end] + "~" + hex.EncodeToString(h.Sum(nil))
}

// cut counts the names that are too long.
func (g *Graph) cut(s string) string {
	if len(s) > maxNameBytes {
		g.stats.CutNames++
	}
	return cut(s)
}

// keep makes a copy of a name that may stay: cut, and valid UTF-8.
func keep(s string) string {
	return strings.Clone(cut(strings.ToValidUTF8(cut(s), "\uFFFD")))
}

// shape is a name without what makes one of many: runs of digits and of hexadecimal
// digits with a digit among them are one "#". Names made of ids have one shape.
func shape(name string) string {
	b := make([]byte, 0, len(name))
	for i := 0; i < len(name); {
		end, digits := i, false
		for end < len(name) && hexDigit(name[end]) {
			digits = digits || name[end] <= '9'
			end++
		}
		if digits {
			b = append(b, '#')
			i = end
			continue
		}
		end = max(end, i+1)
		b = append(b, name[i:end]...)
		i = end
	}
	return string(b)
}

func hexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
