package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/internal/polyglot"
)

func TestParseSettings(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		env     map[string]string
		want    settings
		wantErr string
	}{
		{name: "default", want: settings{root: "/r", collector: "/r/_build/polyspan-collector"}},
		{
			name: "environment", env: map[string]string{"DEMO_SECONDS": "45", "POLYSPAN_LANGUAGES": "go,java"},
			want: settings{
				root: "/r", collector: "/r/_build/polyspan-collector", duration: 45 * time.Second,
				required: []polyglot.Language{polyglot.Go, polyglot.Java},
			},
		},
		{
			name: "flags win", args: []string{"-seconds", "5", "-collector", "/c", "-build"}, env: map[string]string{"DEMO_SECONDS": "45"},
			want: settings{root: "/r", collector: "/c", duration: 5 * time.Second, buildOnly: true},
		},
		{
			name: "not a number", env: map[string]string{"DEMO_SECONDS": "1m"},
			wantErr: `DEMO_SECONDS (or -seconds) is "1m": must be a whole number of seconds greater than zero, or empty`,
		},
		{
			name: "zero", args: []string{"-seconds", "0"},
			wantErr: `DEMO_SECONDS (or -seconds) is "0": must be a whole number of seconds greater than zero, or empty`,
		},
		{name: "argument", args: []string{"now"}, wantErr: `unexpected argument "now": see -help`},
		{
			name: "unknown language", env: map[string]string{"POLYSPAN_LANGUAGES": "cobol"},
			wantErr: `POLYSPAN_LANGUAGES="cobol": unknown language "cobol": use a comma-separated list of java,python,node,go,rust`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseSettings("/r", tt.args, func(key string) string { return tt.env[key] }, &bytes.Buffer{})
			if tt.wantErr != "" {
				require.EqualError(t, err, tt.wantErr)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestRunExitCodes(t *testing.T) {
	noEnv := func(string) string { return "" }
	var out, errs bytes.Buffer
	assert.Equal(t, 0, run(t.Context(), []string{"-help"}, noEnv, &out, &errs))
	assert.Contains(t, errs.String(), "-seconds")
	errs.Reset()
	assert.Equal(t, 1, run(t.Context(), []string{"-seconds", "-1"}, noEnv, &out, &errs))
	assert.Contains(t, errs.String(), "demo: DEMO_SECONDS (or -seconds)")
	assert.Empty(t, out.String())
}
