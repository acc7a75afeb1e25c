package replay

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/infer"
)

// builder makes recordings span by span; times are in µs.
type builder struct{ rec *Recording }

func newBuilder() *builder { return &builder{rec: &Recording{Names: NewNames()}} }

func (b *builder) add(up int32, kind uint8, service, operation string, start, end int64) int32 {
	n := b.rec.Names
	s := Span{
		Up: up, Kind: kind, Service: n.ID(service), Process: n.ID(service + "@1"), Host: n.ID("host of " + service),
		Operation: n.ID(operation), Start: start * 1000, End: end * 1000,
	}
	switch {
	case up >= 0:
		s.Trace = b.rec.Spans[up].Trace
	default:
		s.Trace = int32(b.rec.traces())
	}
	b.rec.Spans = append(b.rec.Spans, s)
	return int32(len(b.rec.Spans) - 1)
}

func (b *builder) root(service, operation string, start, end int64) int32 {
	return b.add(-1, infer.KindServer, service, operation, start, end)
}

// call is a client span in the parent's service and the server span that answers it.
func (b *builder) call(up int32, callee string, start, end int64) (client, server int32) {
	service := b.rec.Names.String(b.rec.Spans[up].Service)
	client = b.add(up, infer.KindClient, service, callee+"/do", start, end)
	server = b.add(client, infer.KindServer, callee, callee+"/do", start+1, end-1)
	return client, server
}

// broken cuts the contexts of the variant.
func (b *builder) broken(t *testing.T, v Variant) *Broken {
	t.Helper()
	recipe := DefaultRecipe()
	recipe.Variant = v
	broken, err := Break(b.rec, recipe)
	require.NoError(t, err)
	return broken
}

// join says that a span is the other's child.
func (b *Broken) join(child, parent int32, confidence float64) infer.Join {
	return infer.Join{Child: b.Spans[child].Ref(), Parent: b.Spans[parent].Ref(), Problem: b.Truth.cut[child], Confidence: confidence}
}

// sharedFile is a recording of the shared data folder; without it the test is skipped.
func sharedFile(t *testing.T, name string) string {
	t.Helper()
	dir, named := os.LookupEnv("POLYSPAN_SHARED")
	if !named {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(dir, "data", "traceweaver", name+".jsonl.gz")
	if _, err := os.Stat(path); err != nil {
		if named {
			t.Fatalf("POLYSPAN_SHARED is %q, but %v", dir, err)
		}
		t.Skipf("the recordings are not here (%v); set POLYSPAN_SHARED to the folder that holds data/traceweaver", err)
	}
	return path
}
