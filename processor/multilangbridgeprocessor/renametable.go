package multilangbridgeprocessor

import (
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// renameTable finds the rename of an attribute name. Most names have none: they
// are told apart by their length and three bytes before the whole is hashed.
type renameTable struct {
	filter   [filterBits / 64]uint64      // the bit of every old name is set
	byName   map[string][]contract.Rename // rows with one old name differ in kinds
	prefixes []contract.PrefixRename
	// prefixStart is the first byte of all prefixes; 0 if there are none.
	prefixStart byte
	prefixed    contract.Rename // stands for a prefix rename: a plain move
}

// filterBits is some seventy times the number of old names: few others pass.
const filterBits = 1 << 12

// bit is the place of a name, which must not be empty, in the filter.
func bit(name string) uint32 {
	n := len(name)
	parts := uint64(n)<<24 | uint64(name[n-1])<<16 | uint64(name[n/2])<<8 | uint64(name[n*3/4])
	return uint32(parts * 0x9e3779b97f4a7c15 >> 52) // 12 bits
}

func newRenameTable(rows []contract.Rename, prefixes []contract.PrefixRename) *renameTable {
	t := &renameTable{byName: make(map[string][]contract.Rename, len(rows)), prefixes: prefixes}
	for _, r := range rows {
		at := bit(r.Old)
		t.filter[at/64] |= 1 << (at % 64)
		t.byName[r.Old] = append(t.byName[r.Old], r)
	}
	for _, p := range prefixes {
		t.prefixStart = p.Old[0]
	}
	return t
}

// find gives the rename of name on a span of the kind and its new name, nil if none.
func (t *renameTable) find(name string, kind int32) (*contract.Rename, string) {
	if name == "" {
		return nil, ""
	}
	if at := bit(name); t.filter[at/64]&(1<<(at%64)) != 0 {
		rows := t.byName[name]
		for i := range rows {
			if rows[i].Kinds.Has(kind) {
				return &rows[i], rows[i].New
			}
		}
	}
	if t.prefixStart == 0 || name[0] != t.prefixStart {
		return nil, ""
	}
	for i := range t.prefixes {
		if rest, ok := strings.CutPrefix(name, t.prefixes[i].Old); ok {
			return &t.prefixed, t.prefixes[i].New + rest
		}
	}
	return nil, ""
}
