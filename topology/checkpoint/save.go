package checkpoint

import (
	"context"
	"fmt"
	"hash/crc32"
	"strconv"
	"sync"
	"time"

	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/history"
	"github.com/polyspan/polyspan/topology/internal/packed"
)

// kind is a kind of part.
type kind struct {
	name, magic string
	// things is how many a part holds: some 100 kB.
	things int
}

// The kinds, in the order in which they are saved and restored.
var kinds = [...]kind{
	nodes:   {"nodes", nodeMagic, 2048},
	edges:   {"edges", edgeMagic, 256},
	aliases: {"aliases", aliasMagic, 4096},
}

const (
	nodes = iota
	edges
	aliases

	numKinds
)

const headKey = "state/head"

func partKey(k, n int) string { return "state/" + kinds[k].name + "/" + strconv.Itoa(n) }

// Saver saves a graph again and again. The zero value is ready.
type Saver struct {
	writer packed.Writer
	// written are the checksums of the parts on disk, by key.
	written map[string]uint32
}

// saving is one save.
type saving struct {
	*Saver

	changes []history.Change
	sums    map[string]uint32
	parts   [numKinds]int
	things  int // in the part being written
}

// Save writes what the graph has counted up to now. It takes the graph's lock for a
// slice at a time.
func (s *Saver) Save(ctx context.Context, to history.Blobs, l sync.Locker, g *topology.Graph, now time.Time) error {
	v := saving{Saver: s, sums: map[string]uint32{}}
	w := &s.writer
	w.Reset()
	topology.EachNode(l, g, now, func(n *topology.NodeState) {
		encodeNode(w, n)
		v.added(nodes)
	})
	v.finish(nodes)
	topology.EachEdge(l, g, now, func(e *topology.EdgeState) {
		encodeEdge(w, e)
		v.added(edges)
	})
	v.finish(edges)
	topology.EachAlias(l, g, func(a topology.Alias) {
		encodeAlias(w, &a)
		v.added(aliases)
	})
	v.finish(aliases)
	return v.apply(ctx, to, now)
}

// added counts a thing; a part that is full is finished.
func (v *saving) added(k int) {
	v.things++
	if v.things == kinds[k].things {
		v.finish(k)
	}
}

// finish takes what was written since the last as a part, if there is anything.
func (v *saving) finish(k int) {
	if v.things == 0 {
		return
	}
	v.set(partKey(k, v.parts[k]), kinds[k].magic)
	v.parts[k]++
	v.things = 0
}

// set changes a key to what was written, unless it is that already.
func (v *saving) set(key, magic string) {
	b := v.writer.Record(magic, version)
	v.writer.Reset()
	sum := crc32.ChecksumIEEE(b)
	v.sums[key] = sum
	if old, ok := v.written[key]; !ok || old != sum {
		v.changes = append(v.changes, history.Change{Key: key, Value: b})
	}
}

// apply makes the changes, and deletes parts that are no more.
func (v *saving) apply(ctx context.Context, to history.Blobs, now time.Time) error {
	v.writer.Signed(now.UnixNano())
	for _, n := range v.parts {
		v.writer.Number(uint64(n))
	}
	v.set(headKey, headMagic)
	for key := range v.written {
		if _, ok := v.sums[key]; !ok {
			v.changes = append(v.changes, history.Change{Key: key})
		}
	}
	if err := to.Apply(ctx, v.changes); err != nil {
		return fmt.Errorf("save state: %w", err)
	}
	v.Saver.written = v.sums
	return nil
}
