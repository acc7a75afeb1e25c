package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Several commands fill one file: a line that is measured again is replaced, the
// others stay.
func TestUpdateFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "_build", "bench.json")
	row := func(what string, ours float64) Result {
		return Result{Name: what, Unit: "B/span", Ours: ours, Peer: "p", Theirs: 2, Ratio: 2 / ours}
	}
	require.NoError(t, UpdateFile(name, []Result{row("pairing", 1), row("held memory", 2)}))
	require.NoError(t, UpdateFile(name, []Result{row("held memory", 4), row("whole process", 1)}))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.JSONEq(t, `[
		{"name":"pairing","unit":"B/span","ours":1,"peer":"p","peer_version":"","theirs":2,"ratio":2},
		{"name":"held memory","unit":"B/span","ours":4,"peer":"p","peer_version":"","theirs":2,"ratio":0.5},
		{"name":"whole process","unit":"B/span","ours":1,"peer":"p","peer_version":"","theirs":2,"ratio":2}]`, string(data))

	require.NoError(t, os.WriteFile(name, []byte("{"), 0o600))
	require.ErrorContains(t, UpdateFile(name, nil), "bench.json: unexpected end of JSON input; delete it")
}
