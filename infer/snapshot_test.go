package infer

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// table interns names; first is the number of its first one.
type table struct {
	names   map[uint32]string
	numbers map[string]uint32
	first   uint32
}

func newTable(first uint32) *table {
	return &table{names: map[uint32]string{}, numbers: map[string]uint32{}, first: first}
}

func (t *table) intern(name string) uint32 {
	n, ok := t.numbers[name]
	if !ok {
		n = t.first + uint32(len(t.numbers))
		t.numbers[name], t.names[n] = n, name
	}
	return n
}

func named(n uint32) string {
	if n == 0 {
		return ""
	}
	return "name-" + strconv.Itoa(int(n))
}

func TestSnapshotSurvivesARestart(t *testing.T) {
	busy := workload{requests: 1500, every: 1 * ms, stages: parallel}
	taught := newEngine(t, nil)
	rec := busy.record(1)
	rec.play(taught)
	data, err := taught.Snapshot(named)
	require.NoError(t, err)

	names := newTable(1000) // another process interns in another order
	restored := newEngine(t, nil)
	require.NoError(t, restored.Restore(data, names.intern))
	assert.Equal(t, taught.Stats().Endpoints, restored.Stats().Endpoints)

	cold, warm := 0.0, 0.0 // shares found in the first moments, summed over some of them
	for seed := range uint64(10) {
		few := workload{requests: 40, every: 0.3 * ms, stages: parallel}.record(2 + seed)
		for i := range few.spans {
			s := &few.spans[i]
			s.Service, s.Operation = names.intern(named(s.Service)), names.intern(named(s.Operation))
		}
		cold += few.judge(few.play(newEngine(t, nil))).right
		warm += few.judge(few.play(restored)).right
	}
	assert.Greater(t, warm, cold, "what was learned helps")

	again, err := restored.Snapshot(func(n uint32) string { return names.names[n] })
	require.NoError(t, err)
	assert.NotEmpty(t, again)
}

func TestRestoreRefuses(t *testing.T) {
	e := newEngine(t, nil)
	rec := workload{requests: 200, every: 1 * ms, stages: sequence}.record(1)
	rec.play(e)
	good, err := e.Snapshot(named)
	require.NoError(t, err)
	before := e.Stats()
	require.ErrorIs(t, e.Restore(good[:len(good)/2], newTable(1).intern), errSnapshot)
	require.ErrorIs(t, e.Restore([]byte("no snapshot"), newTable(1).intern), errSnapshot)
	assert.Equal(t, before, e.Stats(), "a refused snapshot changes nothing")
}

func FuzzRestore(f *testing.F) {
	e := newEngine(f, nil)
	rec := workload{requests: 100, every: 1 * ms, stages: cached}.record(1)
	rec.play(e)
	seed, err := e.Snapshot(named)
	require.NoError(f, err)
	f.Add(seed)
	f.Add([]byte{})
	few := workload{requests: 20, every: 1 * ms, stages: cached}.record(2)
	f.Fuzz(func(t *testing.T, data []byte) {
		e := newEngine(t, nil)
		if e.Restore(data, newTable(1).intern) == nil {
			few.play(e)
		}
	})
}
