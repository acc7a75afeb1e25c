package multilangbridgeprocessor

import (
	"strings"
	"sync"
)

const maxNameLen = 256

// maxNames bounds the services, operations and callees that inference tells apart;
// later ones are all "unknown" to it.
const maxNames = 1 << 16

// nameTable numbers strings, so that equal numbers mean equal strings; 0 is
// unknown. It may be used by several goroutines.
type nameTable struct {
	mu     sync.RWMutex
	number map[string]uint32
	names  []string // by number
}

func newNameTable() *nameTable {
	return &nameTable{number: map[string]uint32{"": 0}, names: []string{""}}
}

// id numbers a name by its first maxNameLen bytes.
func (t *nameTable) id(name string) uint32 {
	name = name[:min(len(name), maxNameLen)]
	t.mu.RLock()
	n, ok := t.number[name]
	t.mu.RUnlock()
	if ok {
		return n
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok = t.number[name]; ok || len(t.names) >= maxNames {
		return n
	}
	n = uint32(len(t.names))
	name = strings.Clone(name) // it is part of the spans
	t.number[name] = n
	t.names = append(t.names, name)
	return n
}

// name gives the string of a number.
func (t *nameTable) name(n uint32) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.names[n]
}
