package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseErrors(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte("join: ["), 0o600))
	tests := []struct {
		name string
		args []string
		want string
	}{
		{name: "no traces", args: []string{"-traces", "0"}, want: "-traces must be at least 1"},
		{name: "seed", args: []string{"-seeds", "1,x"}, want: `-seeds must be numbers, not "x"`},
		{name: "unknown break", args: []string{"-breaks", "healthy,nothing"}, want: `-breaks: nothing is called "nothing": -list shows the names`},
		{name: "pattern", args: []string{"-breaks", "[a"}, want: `-breaks: "[a": syntax error in pattern`},
		{name: "argument", args: []string{"kafka"}, want: `takes no arguments, but flags: "kafka"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse(tt.args, &bytes.Buffer{})
			assert.EqualError(t, err, tt.want)
		})
	}
	_, err := parse([]string{"-config", bad}, &bytes.Buffer{})
	assert.ErrorContains(t, err, "bad.yaml")
}

func TestRowsByName(t *testing.T) {
	names := func(list string) []string {
		rows, err := selectRows(list)
		require.NoError(t, err)
		var out []string
		for _, r := range rows {
			out = append(out, r.name)
		}
		return out
	}
	assert.Equal(t, []string{"jms.id", "sqs.id"}, names("jms.id,sqs.id"))
	assert.Equal(t, []string{"jms.id+any"}, names("jms.id+any"))
	assert.Equal(t, []string{"jms.id+sqs.id"}, names("jms.id+sqs.id"))
	assert.Len(t, names(""), len(allRows()))
}

func TestPairRowsMeetEveryBreak(t *testing.T) {
	rows, err := selectRows("jms.id+any")
	require.NoError(t, err)
	seen := map[string]bool{}
	for n := range rows[0].seconds {
		pair := rows[0].breaks(n)
		assert.Equal(t, "jms.id", pair[0].Name)
		seen[pair[1].Name] = true
	}
	assert.Len(t, seen, len(allRows())/2)
}

// The processor's settings come from the file, and a setting it does not have is an error.
func TestConfigOverrides(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) string {
		path := filepath.Join(dir, "config.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	figuresOf := func(config string) *figures {
		s, err := parse([]string{"-traces", "20", "-seeds", "1", "-breaks", "header.b3.single", "-config", config}, &bytes.Buffer{})
		require.NoError(t, err)
		r, err := measure(t.Context(), s)
		require.NoError(t, err)
		return r.Rows[0]
	}
	assert.Positive(t, figuresOf("").Right)
	assert.Zero(t, figuresOf(write("join: {headers: [w3c]}")).Right)
	kept := figuresOf(write("repair: {duplicates: false}"))
	assert.Equal(t, kept.SpansIn, kept.SpansOut)
	s, err := parse([]string{"-config", write("jion: {}")}, &bytes.Buffer{})
	require.NoError(t, err)
	_, err = measure(t.Context(), s)
	assert.ErrorContains(t, err, "jion")
}
