package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/history"
	"github.com/polyspan/polyspan/topology/internal/packed"
)

// Loaded is what was restored.
type Loaded struct {
	// Saved is when the state was saved; zero when there is none.
	Saved                 time.Time
	Nodes, Edges, Aliases int
	// Refused counts what did not fit the graph's bounds, Damaged parts that could not
	// be read.
	Refused, Damaged int
}

// maxParts bounds what a head may say that there is.
const maxParts = 1 << 16

// Load restores an empty graph. Whatever could be restored was; the error tells what
// could not be read.
func Load(ctx context.Context, from history.Blobs, g *topology.Graph) (Loaded, error) {
	var out Loaded
	head, err := open(ctx, from, headKey, headMagic)
	if err != nil || head == nil {
		return out, err
	}
	saved := head.Signed()
	var parts [numKinds]uint64
	for k := range parts {
		parts[k] = head.Number()
	}
	if err := head.Done(); err != nil || max(parts[nodes], parts[edges], parts[aliases]) > maxParts {
		return out, fmt.Errorf("state %s: %w", headKey, packed.ErrDamaged)
	}
	out.Saved = time.Unix(0, saved).UTC()
	restore := [numKinds]func(*packed.Reader){
		nodes:   func(r *packed.Reader) { out.node(r, g) },
		edges:   func(r *packed.Reader) { out.edge(r, g) },
		aliases: func(r *packed.Reader) { out.alias(r, g) },
	}
	var errs []error
	for k, n := range parts {
		for i := range int(n) {
			if err := part(ctx, from, k, i, restore[k]); err != nil {
				out.Damaged++
				errs = append(errs, err)
			}
		}
	}
	return out, errors.Join(errs...)
}

func part(ctx context.Context, from history.Blobs, k, n int, restore func(*packed.Reader)) error {
	key := partKey(k, n)
	r, err := open(ctx, from, key, kinds[k].magic)
	if err != nil {
		return err
	}
	if r == nil {
		return fmt.Errorf("state %s: %w: it is not there", key, packed.ErrDamaged)
	}
	for r.More() {
		restore(r)
	}
	if err := r.Done(); err != nil {
		return fmt.Errorf("state %s: %w", key, err)
	}
	return nil
}

// open gives a reader of a key, nil if nothing is there.
func open(ctx context.Context, from history.Blobs, key, magic string) (*packed.Reader, error) {
	b, err := from.Load(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("state %s: %w", key, err)
	}
	if b == nil {
		return nil, nil
	}
	r, err := packed.NewReader(b, magic, version)
	if err != nil {
		return nil, fmt.Errorf("state %s: %w", key, err)
	}
	return r, nil
}

func (l *Loaded) node(r *packed.Reader, g *topology.Graph) {
	if n := decodeNode(r); !r.Failed() {
		l.count(g.RestoreNode(&n), &l.Nodes)
	}
}

func (l *Loaded) edge(r *packed.Reader, g *topology.Graph) {
	var e topology.EdgeState
	decodeEdge(r, &e)
	if !r.Failed() {
		l.count(g.RestoreEdge(&e), &l.Edges)
	}
}

func (l *Loaded) alias(r *packed.Reader, g *topology.Graph) {
	if a := decodeAlias(r); !r.Failed() {
		l.count(g.RestoreAlias(a), &l.Aliases)
	}
}

func (l *Loaded) count(err error, restored *int) {
	if err != nil {
		l.Refused++
		return
	}
	*restored++
}
