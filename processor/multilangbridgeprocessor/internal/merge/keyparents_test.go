package merge

import (
	"maps"
	"testing"
)

// failed marks a call whose caller saw an error.
func (s in) failed() in {
	s.Failed = true
	return s
}

func TestKeyParents(t *testing.T) {
	tests := []struct {
		name  string
		spans []in
		want  map[uint64]left
	}{
		{
			"a parent by key gives the id, also where its clock is behind",
			[]in{
				span(idA, 1, 0, kindServer, 1, 3, 100).at(1), span(idA, 2, 1, kindClient, 1, 4, 90).at(1).mark(key),
				span(idB, 3, 0, kindServer, 2, 0, 80).at(2).mark(key),
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}},
		},
		{
			"an entry below another of its trace: what it names was not exported, and stood in that trace",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90).mark(key),
				span(idB, 3, 0, kindServer, 2, 20, 80).mark(key), span(idB, 4, 77, kindServer, 3, 40, 60).mark(key),
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}, 4: {idA, 77, EvidenceCustom, 0}},
		},
		{
			"an entry below which all others of its trace are",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 90).mark(key),
				span(idB, 3, 55, kindServer, 2, 20, 80).mark(key), span(idB, 4, 3, kindClient, 2, 30, 70),
				span(idB, 5, 77, kindServer, 3, 40, 60).claim(EvidenceVendor, idB, 4),
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}, 4: {idA, 3, 0, 0}, 5: {idA, 4, EvidenceVendor, 0}},
		},
		{
			"M7: a callee that takes longer than the call was called by another",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 30).mark(key),
				span(idB, 3, 0, kindServer, 2, 12, 80).mark(key),
			},
			map[uint64]left{3: {idA, 0, EvidenceCustom, 0}},
		},
		{
			"M7: but a caller that gave up may have been shorter",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindClient, 1, 10, 30).mark(key).failed(),
				span(idB, 3, 0, kindServer, 2, 12, 80).mark(key),
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}},
		},
		{
			"M5: either may have called the other: one trace, no parent",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 50).at(1).mark(key), span(idA, 2, 1, kindClient, 1, 0, 50).at(1).mark(key),
				span(idA, 5, 1, kindClient, 1, 0, 50).at(1).mark(key),
				span(idB, 3, 0, kindServer, 2, 2, 52).at(2).mark(key), span(idB, 4, 3, kindClient, 2, 2, 52).at(2).mark(key),
			},
			map[uint64]left{1: {idA, 0, 0, 0}, 3: {idA, 0, EvidenceCustom, 0}, 4: {idA, 3, 0, 0}, 5: {idA, 1, 0, 0}},
		},
		{
			"M7, M8: called while the only caller of the value did nothing: the value is not one request's",
			[]in{
				span(idA, 1, 0, kindServer, 1, 2000, 2100), span(idA, 2, 1, kindClient, 1, 2010, 2090).mark(key),
				span(idB, 3, 0, kindServer, 2, 0, 80).mark(key),
			},
			map[uint64]left{3: {idB, 0, 0, RefusedTime}},
		},
		{
			"M8: a caller that is too old to be joined still makes the value ambiguous",
			[]in{
				span(idA, 2, 0, kindClient, 1, 40_000, 40_090).mark(key),
				span(idC, 6, 0, kindClient, 4, 10, 90).mark(key),
				span(idB, 3, 0, kindServer, 2, 20, 80).mark(key),
			},
			map[uint64]left{2: {idA, 0, 0, RefusedTime}, 6: {idC, 0, 0, RefusedAmbiguous}, 3: {idB, 0, 0, RefusedAmbiguous}},
		},
		{
			"M8: who calls with the value is nobody's callee by it",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100), span(idA, 2, 1, kindProducer, 1, 10, 90).mark(key),
				span(idB, 3, 0, kindClient, 2, 20, 80).mark(key),
			},
			map[uint64]left{3: {idB, 0, 0, RefusedAmbiguous}},
		},
		{
			"M9: a serving span that is not trusted is no parent, and leaves none to others",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).mark(key).untrusted(),
				span(idC, 6, 0, kindServer, 1, 5, 95).mark(key),
				span(idB, 3, 0, kindInternal, 1, 20, 80).mark(key),
			},
			map[uint64]left{1: {idA, 0, 0, RefusedUntrusted}, 3: {idC, 0, EvidenceCustom, 0}, 6: {idC, 0, 0, 0}},
		},
		{
			"a thread that lost its context within a trace of two widths",
			[]in{
				span(half, 1, 0, kindServer, 1, 0, 100), span(half, 2, 1, kindClient, 1, 10, 90),
				span(half, 5, 2, kindServer, 2, 20, 80).mark(key), span(idA, 6, 5, kindClient, 2, 30, 40),
				span(idA, 7, 0, kindInternal, 2, 50, 60).mark(key),
			},
			map[uint64]left{
				1: {idA, 0, EvidenceWidth, 0}, 2: {idA, 1, 0, 0}, 5: {idA, 2, 0, 0}, 6: {idA, 5, 0, 0}, 7: {idA, 5, EvidenceCustom, 0},
			},
		},
		{
			"a thread that began while another span of its process was open may be that one's child",
			[]in{
				span(idA, 1, 0, kindServer, 1, 0, 100).mark(key), span(idA, 2, 1, kindInternal, 1, 10, 60), span(idA, 5, 1, kindInternal, 1, 61, 70),
				span(idB, 3, 0, kindClient, 1, 50, 55).mark(key), span(idC, 4, 0, kindClient, 1, 80, 85).mark(key),
			},
			map[uint64]left{2: {idA, 1, 0, 0}, 3: {idA, 0, EvidenceCustom, 0}, 4: {idA, 1, EvidenceCustom, 0}},
		},
		{
			"M7: a trace of which one host's clock is an hour off is as near as its nearest span",
			[]in{
				span(idA, 1, 0, kindServer, 1, -3_600_000, -3_599_900).at(1).origin(), span(idA, 2, 1, kindClient, 2, 10, 90).at(2).origin(),
				span(idB, 3, 0, kindServer, 3, 20, 80).at(3).mark(key),
			},
			map[uint64]left{3: {idA, 2, EvidenceCustom, 0}},
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
