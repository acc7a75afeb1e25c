package multilangbridgeprocessor

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/contract"
)

// renameTable finds the rename of an attribute name. Most names have none.
type renameTable struct {
	filter   nameFilter                   // holds every old name
	byName   map[string][]contract.Rename // rows with one old name differ in kinds
	prefixes []contract.PrefixRename
	// prefixStart is the first byte of all prefixes; 0 if there are none.
	prefixStart byte
	prefixed    contract.Rename // stands for a prefix rename: a plain move
}

func newRenameTable(rows []contract.Rename, prefixes []contract.PrefixRename) *renameTable {
	t := &renameTable{byName: make(map[string][]contract.Rename, len(rows)), prefixes: prefixes}
	for _, r := range rows {
		t.filter.add(r.Old)
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
	if t.filter.may(name) {
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

// renames reports whether one of the attributes has a new name.
func (t *renameTable) renames(attrs pcommon.Map, kind int32) bool {
	for name := range attrs.All() {
		if rename, _ := t.find(name, kind); rename != nil {
			return true
		}
	}
	return false
}
