package replay

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/polyspan/polyspan/infer"
)

// twoRequests is two requests to "a", each of which calls "b" and "c" once.
func twoRequests() (b *builder, requests, toB, toC [2]int32) {
	b = newBuilder()
	for i := range requests {
		at := int64(i * 10)
		requests[i] = b.root("a", "GET /", at, at+100)
		toB[i], _ = b.call(requests[i], "b", at+10, at+20)
		toC[i], _ = b.call(requests[i], "c", at+30, at+40)
	}
	return b, requests, toB, toC
}

func TestScoreWithin(t *testing.T) {
	tests := []struct {
		name string
		// parents of the calls: to b by requests 0 and 1, to c by 0 and 1; -1 none.
		parents       [4]int
		confidence    float64
		minConfidence float64
		endToEnd      float64
		edge          float64
		unjoined      float64
	}{
		{name: "all right", parents: [4]int{0, 1, 0, 1}, confidence: 1, endToEnd: 1, edge: 1},
		{name: "all wrong", parents: [4]int{1, 0, 1, 0}, confidence: 1},
		{name: "no predictions", parents: [4]int{-1, -1, -1, -1}, unjoined: 1},
		{name: "one callee swapped", parents: [4]int{0, 1, 1, 0}, confidence: 1, edge: 0.5},
		{name: "several predictions are wrong", parents: [4]int{0, 0, 0, 1}, confidence: 1, edge: 0.5},
		{name: "one missing", parents: [4]int{0, -1, 0, 1}, confidence: 1, endToEnd: 0.5, edge: 0.75, unjoined: 0.25},
		{name: "below the minimum", parents: [4]int{0, 1, 0, 1}, confidence: 0.5, minConfidence: 0.6, unjoined: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, requests, toB, toC := twoRequests()
			broken := b.broken(t, VariantA)
			var joins []infer.Join
			for i, call := range []int32{toB[0], toB[1], toC[0], toC[1]} {
				if to := tt.parents[i]; to >= 0 {
					joins = append(joins, broken.join(call, requests[to], tt.confidence))
				}
			}
			f := Score(broken, joins, tt.minConfidence)
			assert.InDelta(t, tt.endToEnd, f.EndToEnd, 1e-9, "end to end")
			assert.InDelta(t, tt.edge, f.Edge, 1e-9, "edge")
			assert.InDelta(t, tt.unjoined, f.Unjoined, 1e-9, "unjoined")
			assert.Equal(t, [3]int{10, 4, 2}, [3]int{f.Spans, f.Orphans, f.Roots}, "spans, orphans, roots")
		})
	}
}

func TestScoreRepeatedCallee(t *testing.T) {
	b := newBuilder()
	first, second := b.root("a", "GET /", 0, 100), b.root("a", "GET /", 10, 110)
	one, _ := b.call(first, "b", 20, 30)
	two, _ := b.call(first, "b", 40, 50)
	three, _ := b.call(second, "b", 60, 70)
	broken := b.broken(t, VariantA)
	tests := []struct {
		name           string
		parents        [3]int32
		endToEnd, edge float64
	}{
		{"all right", [3]int32{first, first, second}, 1, 1},
		// Two of three calls are right, but one has a wrong one beside it.
		{"one of two astray", [3]int32{first, second, second}, 0, 1.0 / 3},
		{"exchanged", [3]int32{first, second, first}, 0, 1.0 / 3},
		// The second request has no call; the first one has one too many.
		{"one too many", [3]int32{first, first, first}, 0, 1.0 / 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := Score(broken, []infer.Join{
				broken.join(one, tt.parents[0], 1), broken.join(two, tt.parents[1], 1), broken.join(three, tt.parents[2], 1),
			}, 0)
			assert.InDelta(t, tt.endToEnd, f.EndToEnd, 1e-9, "end to end")
			assert.InDelta(t, tt.edge, f.Edge, 1e-9, "edge")
		})
	}
}

func TestScoreSkippedCall(t *testing.T) {
	b := newBuilder()
	first, cached := b.root("a", "GET /", 0, 100), b.root("a", "GET /", 10, 110)
	call, _ := b.call(first, "b", 20, 30)
	broken := b.broken(t, VariantA)
	assert.InDelta(t, 1, Score(broken, []infer.Join{broken.join(call, first, 1)}, 0).EndToEnd, 1e-9)
	f := Score(broken, []infer.Join{broken.join(call, cached, 1)}, 0)
	assert.InDelta(t, 0, f.EndToEnd, 1e-9, "the call is missing here and too many there")
	assert.InDelta(t, 0, f.Edge, 1e-9)
}

// A service with two distinct callers is left out, as in the original score.
func TestScoreCrowdedService(t *testing.T) {
	b := newBuilder()
	var calls, servers [2]int32
	for i, entry := range []string{"a", "b"} {
		root := b.root(entry, "GET /", 0, 100)
		client, server := b.call(root, "c", 10, 90)
		calls[i], _ = b.call(server, "d", 20, 30)
		servers[i] = server
		_ = client
	}
	broken := b.broken(t, VariantA)
	var joins []infer.Join
	for i := range broken.Spans {
		if broken.Truth.cut[i] != 0 && int32(i) != calls[0] && int32(i) != calls[1] {
			joins = append(joins, broken.join(int32(i), broken.Truth.parent[i], 1))
		}
	}
	joins = append(joins, broken.join(calls[0], servers[1], 1), broken.join(calls[1], servers[0], 1))
	f := Score(broken, joins, 0)
	assert.InDelta(t, 1, f.EndToEnd, 1e-9)
	assert.InDelta(t, 1, f.Edge, 1e-9)
	assert.InDelta(t, 0, f.EndToEndAll, 1e-9)
	assert.InDelta(t, 0.5, f.EdgeAll, 1e-9)
}

func TestScoreBetween(t *testing.T) {
	b, _, toB, _ := twoRequests()
	broken := b.broken(t, VariantB)
	var right, swapped []infer.Join
	for i := range broken.Spans {
		if broken.Truth.cut[i] == 0 {
			continue
		}
		right = append(right, broken.join(int32(i), broken.Truth.parent[i], 1))
		parent := broken.Truth.parent[i]
		switch parent {
		case toB[0]:
			parent = toB[1]
		case toB[1]:
			parent = toB[0]
		}
		swapped = append(swapped, broken.join(int32(i), parent, 1))
	}
	assert.Len(t, right, 4)
	f := Score(broken, right, 0)
	assert.InDelta(t, 1, f.EndToEnd, 1e-9)
	assert.InDelta(t, 1, f.Edge, 1e-9)
	f = Score(broken, swapped, 0)
	assert.InDelta(t, 0, f.EndToEnd, 1e-9)
	assert.InDelta(t, 0.5, f.Edge, 1e-9)
}

// A join to any span of the right request is right.
func TestScoreInternalParent(t *testing.T) {
	b := newBuilder()
	root := b.root("a", "GET /", 0, 100)
	inner := b.add(root, infer.KindInternal, "a", "work", 5, 95)
	call, _ := b.call(inner, "b", 10, 20)
	broken := b.broken(t, VariantA)
	for _, parent := range []int32{root, inner} {
		assert.InDelta(t, 1, Score(broken, []infer.Join{broken.join(call, parent, 1)}, 0).EndToEnd, 1e-9)
	}
}

func TestScoreRoots(t *testing.T) {
	b, requests, toB, _ := twoRequests()
	broken := b.broken(t, VariantA)
	f := Score(broken, []infer.Join{broken.join(requests[0], toB[1], 0.99)}, 0)
	assert.InDelta(t, 0.5, f.RootsJoined, 1e-9)
	assert.InDelta(t, 0, f.PrecisionSure, 1e-9, "a root's join is a wrong one")
}

func TestCalibrate(t *testing.T) {
	p := func(confidence float64, right bool) prediction {
		return prediction{parent: 0, confidence: confidence, right: right}
	}
	tests := []struct {
		name string
		in   []prediction
		want Calibration
	}{
		{"nothing", nil, Calibration{PrecisionSure: 1}},
		{"unjoined do not count", []prediction{{parent: -1}}, Calibration{PrecisionSure: 1}},
		{"sure and right", []prediction{p(1, true)}, Calibration{Joins: 1, PrecisionSure: 1, CoverageSure: 0.25}},
		{"sure and wrong", []prediction{p(1, false)}, Calibration{Joins: 1, CoverageSure: 0.25, ECE: 1}},
		{"one of two right at a half", []prediction{p(0.5, true), p(0.5, false)}, Calibration{Joins: 2, PrecisionSure: 1}},
		// Bins of 1/15: 0.97 and 0.93 are apart, so their errors add up: (0.03 + 0.93) / 2.
		{"bins are judged apart", []prediction{p(0.97, true), p(0.93, false)}, Calibration{Joins: 2, PrecisionSure: 1, CoverageSure: 0.25, ECE: 0.48}},
		// 0.95 and 0.99 share the last bin: |1.94 - 1| / 2.
		{"bins are judged as one", []prediction{p(0.95, true), p(0.99, false)}, Calibration{Joins: 2, PrecisionSure: 0.5, CoverageSure: 0.5, ECE: 0.47}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := calibrate(tt.in, 4)
			assert.Equal(t, tt.want.Joins, got.Joins)
			assert.InDelta(t, tt.want.PrecisionSure, got.PrecisionSure, 1e-9, "precision")
			assert.InDelta(t, tt.want.CoverageSure, got.CoverageSure, 1e-9, "coverage")
			assert.InDelta(t, tt.want.ECE, got.ECE, 1e-9, "calibration error")
		})
	}
}
