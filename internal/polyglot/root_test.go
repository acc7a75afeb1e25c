package polyglot

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFindRoot(t *testing.T) {
	root, err := FindRoot()
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(root, "internal", "polyglot", "root_test.go"))
	t.Chdir(t.TempDir())
	_, err = FindRoot()
	require.ErrorContains(t, err, "not inside the source tree")
}
