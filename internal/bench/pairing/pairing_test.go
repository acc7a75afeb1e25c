package pairing

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/pairing.md")

// TestMain lets all cases wait at the same time.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "64"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// peerVersion is that of the connector in go.mod.
const peerVersion = "v0.158.0"

// Every case gives the wanted graph, and what servicegraph makes of it is what
// docs/pairing.md says: both columns are measured.
func TestCases(t *testing.T) {
	all := cases()
	require.GreaterOrEqual(t, len(all), 40)
	peer := make([][]string, len(all))
	t.Run("group", func(t *testing.T) {
		for i, c := range all {
			t.Run(c.name, func(t *testing.T) {
				peer[i] = c.theirs(t)
				t.Parallel()
				assert.Equal(t, c.want, c.ours(t))
			})
		}
	})
	if !t.Failed() {
		checkTable(t, tableOf(all, peer))
	}
}

// checkTable compares the table with docs/pairing.md, or writes it with -update.
func checkTable(t *testing.T, table string) {
	t.Log("\n" + table)
	file := filepath.Join("..", "..", "..", "docs", "pairing.md")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(table), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run with -update to write it")
	assert.Equal(t, string(want), table)
}

func tableOf(all []pairingCase, peer [][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Pairing, case by case

What a service graph makes of spans: ours, and that of contrib's servicegraph connector %s with its default settings.
Both columns are measured by `+"`internal/bench/pairing`"+`, which fails when either changes; this file is written by it
(`+"`go test -run TestCases -update`"+` there). "x2" is the number of calls. "-" is a graph without edges. "Asked for in" names issues of their users;
"measured" is what we saw go wrong in tests of peers.

| # | spans | asked for in | servicegraph | polyspan |
|---|---|---|---|---|
`, peerVersion)
	for i, c := range all {
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s |\n", i+1, c.name, c.issues, cell(peer[i]), cell(c.want))
	}
	return b.String()
}

func cell(lines []string) string {
	if len(lines) == 0 {
		return "-"
	}
	return strings.ReplaceAll(strings.Join(lines, "<br>"), "__overflow__", "\\_\\_overflow\\_\\_")
}
