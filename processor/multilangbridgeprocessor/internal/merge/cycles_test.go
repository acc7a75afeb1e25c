package merge

import (
	"maps"
	"testing"
)

// ring is a request over three traces, of which each names its caller in the one
// before and the first, by mistake or malice, one in the last.
func ring(lastEnd int64) []in {
	return []in{
		span(idA, 1, 0, kindServer, 1, 0, 100).at(1).claim(EvidenceHeaderW3C, idC, 5), span(idA, 2, 1, kindClient, 1, 10, 90).at(1),
		span(idB, 3, 0, kindServer, 2, 20, 80).at(2).claim(EvidenceHeaderW3C, idA, 2), span(idB, 4, 3, kindClient, 2, 30, 70).at(2),
		span(idC, 5, 0, kindServer, 3, 40, lastEnd).at(3).claim(EvidenceHeaderW3C, idB, 4),
	}
}

func TestCycles(t *testing.T) {
	idD := TraceID{0xd1, 0x1d}
	tests := []struct {
		name  string
		spans []in
		want  map[uint64]left
	}{
		{
			"M6: the claim of a callee that takes longer than its caller is the false one, wherever clocks put them",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).at(1).claim(EvidenceHeaderW3C, idB, 4), span(idA, 2, 1, kindClient, 1, 10, 90).at(1),
				span(idB, 3, 0, kindServer, 2, -3000, -2960).at(2).claim(EvidenceHeaderW3C, idA, 2), span(idB, 4, 3, kindInternal, 2, -2990, -2980).at(2),
			},
			map[uint64]left{1: {idA, 0, 0, RefusedCycle}, 3: {idA, 2, EvidenceHeaderW3C, 0}, 4: {idA, 3, 0, 0}},
		},
		{
			"M5, M6: two claims that exclude each other and fit equally are both refused",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 40).at(1).claim(EvidenceHeaderW3C, idB, 4), span(idA, 2, 1, kindClient, 1, 0, 40).at(1),
				span(idB, 3, 0, kindServer, 2, 500, 540).at(2).claim(EvidenceHeaderW3C, idA, 2), span(idB, 4, 3, kindClient, 2, 500, 540).at(2),
			},
			map[uint64]left{1: {idA, 0, 0, RefusedCycle}, 3: {idB, 0, 0, RefusedCycle}},
		},
		{
			"M6: over three traces, the false claim told by its length",
			ring(60),
			map[uint64]left{1: {idA, 0, 0, RefusedTime}, 3: {idA, 2, EvidenceHeaderW3C, 0}, 4: {idA, 3, 0, 0}, 5: {idA, 4, EvidenceHeaderW3C, 0}},
		},
		{
			"M6: over three traces, none told apart: the last works on after its caller gave up",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).at(1).claim(EvidenceHeaderW3C, idC, 6), ring(200)[1], ring(200)[2],
				{Span: Span{Trace: idB, ID: 4, Parent: 3, Kind: kindClient, Service: 2, Host: 2, Start: 30 * ms, End: 70 * ms, Failed: true}},
				ring(200)[4], span(idC, 6, 5, kindClient, 3, 50, 190).at(3),
			},
			map[uint64]left{1: {idA, 0, 0, RefusedCycle}, 3: {idB, 0, 0, RefusedCycle}, 5: {idC, 0, 0, RefusedCycle}},
		},
		{
			"M9: a claim that is not trusted stands in the way of none",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 40).at(1).claim(EvidenceHeaderW3C, idB, 4), span(idA, 2, 1, kindClient, 1, 0, 40).at(1),
				span(idB, 3, 0, kindServer, 2, 500, 540).at(2).claim(EvidenceHeaderW3C, idA, 2).untrusted(), span(idB, 4, 3, kindClient, 2, 500, 540).at(2),
			},
			map[uint64]left{1: {idB, 4, EvidenceHeaderW3C, 0}, 2: {idB, 1, 0, 0}, 3: {idB, 0, 0, RefusedUntrusted}},
		},
		{
			"M6: a caller that was not exported stood under the entry of its trace",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 40).at(1).claim(EvidenceHeaderW3C, idB, 77), span(idA, 2, 1, kindClient, 1, 0, 40).at(1),
				span(idB, 3, 0, kindServer, 2, 500, 540).at(2).claim(EvidenceHeaderW3C, idA, 2),
			},
			map[uint64]left{1: {idA, 0, 0, RefusedCycle}, 3: {idB, 0, 0, RefusedCycle}},
		},
		{
			"M6: an inferred parent is the first to go",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 40).at(1).claim(EvidenceInferredTiming, idB, 4), span(idA, 2, 1, kindClient, 1, 0, 40).at(1),
				span(idB, 3, 0, kindServer, 2, 500, 540).at(2).claim(EvidenceHeaderW3C, idA, 2), span(idB, 4, 3, kindClient, 2, 500, 540).at(2),
			},
			map[uint64]left{1: {idA, 0, 0, RefusedCycle}, 3: {idA, 2, EvidenceHeaderW3C, 0}, 4: {idA, 3, 0, 0}},
		},
		{
			"two entries of one trace under another, and that one under it, are no cycle",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).at(1), span(idA, 2, 1, kindClient, 1, 10, 90).at(1),
				span(idB, 3, 0, kindServer, 2, 20, 80).at(2).claim(EvidenceHeaderW3C, idA, 2), span(idB, 4, 3, kindClient, 2, 30, 70).at(2),
				span(idA, 5, 0, kindServer, 3, 40, 60).at(3).claim(EvidenceHeaderW3C, idB, 4),
			},
			map[uint64]left{3: {idA, 2, EvidenceHeaderW3C, 0}, 4: {idA, 3, 0, 0}, 5: {idA, 4, EvidenceHeaderW3C, 0}},
		},
		{
			"a long chain is no cycle",
			append(ring(60)[1:], span(idA, 1, 0, kindServer, 1, 0, 100).at(1), span(idD, 6, 0, kindServer, 4, 41, 59).at(4).claim(EvidenceHeaderB3, idC, 5)),
			map[uint64]left{3: {idA, 2, EvidenceHeaderW3C, 0}, 4: {idA, 3, 0, 0}, 5: {idA, 4, EvidenceHeaderW3C, 0}, 6: {idA, 5, EvidenceHeaderB3, 0}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := map[uint64]left{}
			for _, s := range tt.spans {
				want[s.ID] = left{trace: s.Trace, parent: s.Parent}
			}
			maps.Copy(want, tt.want)
			wantJoins(t, testConfig(), want, tt.spans)
		})
	}
}
