package multilangbridgeprocessor

import (
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// renameTable finds the rename of an attribute name. Most names have none: they
// are told apart by length and last byte before anything is hashed.
type renameTable struct {
	// filter has bit (last byte & 63) set at [length] for every old name.
	filter   [maxRenamedLen + 1]uint64
	byName   map[string][]contract.Rename // rows with one old name differ in kinds
	prefixes []contract.PrefixRename
	// prefixStart is the first byte of all prefixes; 0 if there are none.
	prefixStart byte
	prefixed    contract.Rename // stands for a prefix rename: a plain move
}

// maxRenamedLen is the length of the longest old name that the table can hold.
const maxRenamedLen = 48

func newRenameTable(rows []contract.Rename, prefixes []contract.PrefixRename) *renameTable {
	t := &renameTable{byName: make(map[string][]contract.Rename, len(rows)), prefixes: prefixes}
	for _, r := range rows {
		t.filter[len(r.Old)] |= 1 << (r.Old[len(r.Old)-1] & 63)
		t.byName[r.Old] = append(t.byName[r.Old], r)
	}
	for _, p := range prefixes {
		t.prefixStart = p.Old[0]
	}
	return t
}

// find gives the rename of name on a span of the kind and its new name, nil if none.
func (t *renameTable) find(name string, kind int32) (*contract.Rename, string) {
	n := len(name)
	if n == 0 {
		return nil, ""
	}
	if n <= maxRenamedLen && t.filter[n]&(1<<(name[n-1]&63)) != 0 {
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
