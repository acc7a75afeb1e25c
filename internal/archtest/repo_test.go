package archtest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// modulePath is the product's module; packages under it are "ours".
const modulePath = "github.com/polyspan/polyspan"

// root is the repository: tests run in their own folder, two below it.
var root = filepath.Join("..", "..")

// unavailable ends the test: in CI a rule that cannot be checked is a failure.
func unavailable(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// repoFiles returns the files that are tracked or would be with `git add`, as
// slash-separated paths relative to the root.
func repoFiles(t *testing.T) []string {
	t.Helper()
	files, err := listFiles()
	if err != nil {
		unavailable(t, "git ls-files: "+err.Error()+"; run this test in a git checkout")
	}
	require.NotEmpty(t, files, "git lists no files")
	return files
}

var listFiles = sync.OnceValues(func() ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var files []string
	dirs := map[string]bool{}
	for name := range bytes.SplitSeq(bytes.TrimRight(out, "\x00"), []byte{0}) {
		file := string(name)
		if _, err := os.Lstat(filepath.Join(root, file)); err != nil {
			continue // deleted, not yet committed
		}
		files = append(files, file)
		dirs[filepath.Dir(file)] = true
	}
	// The test cache does not see what git reads. Reading the folders here makes
	// a new file anywhere run the rules again.
	for dir := range dirs {
		if _, err := os.ReadDir(filepath.Join(root, dir)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// readFile returns a file of the repository.
func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	return data
}

// report fails the test once for each violation.
func report(t *testing.T, violations []string) {
	t.Helper()
	for _, v := range violations {
		t.Error(v)
	}
}
