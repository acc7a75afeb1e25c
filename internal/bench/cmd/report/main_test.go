package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
