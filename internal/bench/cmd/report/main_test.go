package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/internal/bench"
)

func TestRunRefuses(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"too few rounds for a median", []string{"-rounds", "4"}, "-rounds is 4, must be at least 5"},
		{"unknown flag", []string{"-fast"}, "flag provided but not defined: -fast"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.EqualError(t, run(t.Context(), tt.args, io.Discard, io.Discard), tt.want)
		})
	}
	assert.NoError(t, run(t.Context(), []string{"-h"}, io.Discard, io.Discard))
}

func TestWriteFileMakesTheFolder(t *testing.T) {
	name := filepath.Join(t.TempDir(), "_build", "bench.json")
	require.NoError(t, writeFile(name, []bench.Result{{Name: "pairing", Unit: "allocs/span", Ours: 1, Theirs: 2, Ratio: 2}}))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"name":"pairing","unit":"allocs/span","ours":1,"peer":"","peer_version":"","theirs":2,"ratio":2}]`, string(data))
}
