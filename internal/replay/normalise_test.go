package replay

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/polyspan/polyspan/infer"
)

// shape is who hangs under whom, in the order of the spans.
func shape(r *Recording) []string {
	out := make([]string, len(r.Spans))
	for i, s := range r.Spans {
		out[i] = fmt.Sprintf("%d<%d %s %s %d-%d", i, s.Up, r.Names.String(s.Service), kindName(s.Kind), s.Start/1000, s.End/1000)
	}
	return out
}

func TestNormaliseClients(t *testing.T) {
	tests := []struct {
		name  string
		build func(b *builder)
		want  []string
	}{
		{
			// Recordings of hotel's kind are as they should be.
			"calls with both sides", func(b *builder) {
				b.call(b.root("a", "GET /", 0, 100), "b", 10, 20)
			},
			[]string{"0<-1 a SERVER 0-100", "1<0 a CLIENT 10-20", "2<1 b SERVER 11-19"},
		},
		{
			// Recordings of node's kind: servers only, under a client that is the request.
			"calls with one side", func(b *builder) {
				root := b.add(-1, infer.KindClient, "init", "init", 0, 100)
				s1 := b.add(root, infer.KindServer, "s1", "s1", 10, 90)
				b.add(s1, infer.KindServer, "s2", "s2", 20, 30)
			},
			[]string{
				"0<-1 init SERVER 0-100", "1<3 s1 SERVER 10-90", "2<4 s2 SERVER 20-30",
				"3<0 init CLIENT 10-90", "4<1 s1 CLIENT 20-30",
			},
		},
		{
			"a client at the root that really calls", func(b *builder) {
				root := b.add(-1, infer.KindClient, "load", "GET", 0, 100)
				server := b.add(root, infer.KindServer, "a", "GET /", 1, 99)
				b.call(server, "b", 10, 20)
			},
			[]string{"0<-1 load CLIENT 0-100", "1<0 a SERVER 1-99", "2<1 a CLIENT 10-20", "3<2 b SERVER 11-19"},
		},
		{
			"one side missing here and there", func(b *builder) {
				root := b.root("a", "GET /", 0, 100)
				inner := b.add(root, infer.KindInternal, "a", "work", 5, 95)
				b.add(inner, infer.KindServer, "c", "GET", 50, 60)
				b.call(root, "b", 10, 20)
			},
			[]string{
				"0<-1 a SERVER 0-100", "1<0 a INTERNAL 5-95", "2<5 c SERVER 50-60", "3<0 a CLIENT 10-20", "4<3 b SERVER 11-19",
				"5<1 a CLIENT 50-60",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBuilder()
			tt.build(b)
			assert.Equal(t, tt.want, shape(b.rec.Normalise(RootsCommon)))
		})
	}
}

func TestNormaliseRoots(t *testing.T) {
	b := newBuilder()
	b.root("a", "GET /rare", 0, 10)
	for range 2 {
		b.call(b.root("a", "GET /", 0, 100), "b", 10, 20)
	}
	common := b.rec.Normalise(RootsCommon)
	assert.Equal(t, []string{
		"0<-1 a SERVER 0-100", "1<0 a CLIENT 10-20", "2<1 b SERVER 11-19",
		"3<-1 a SERVER 0-100", "4<3 a CLIENT 10-20", "5<4 b SERVER 11-19",
	}, shape(common))
	assert.Equal(t, 2, common.traces())
	assert.Equal(t, 3, b.rec.Normalise(RootsAll).traces())
}

// Parts of one trace whose connection was not recorded are traces of their own:
// they were broken before, and nothing is known about where they belong.
func TestNormaliseSplitsTraces(t *testing.T) {
	b := newBuilder()
	b.call(b.root("a", "GET /", 0, 100), "b", 10, 20)
	stray := b.root("a", "GET /", 50, 60)
	b.rec.Spans[stray].Trace = 0
	n := b.rec.Normalise(RootsCommon)
	assert.Equal(t, []int32{0, 0, 0, 1}, []int32{n.Spans[0].Trace, n.Spans[1].Trace, n.Spans[2].Trace, n.Spans[3].Trace})
}
