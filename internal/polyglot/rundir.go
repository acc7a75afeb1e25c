package polyglot

import (
	"fmt"
	"os"
	"path/filepath"
)

// maxSocketPath is the longest path of a Unix socket that every Unix accepts:
// sun_path has 104 bytes on macOS and the BSDs, 108 on Linux, with a final zero.
const maxSocketPath = 103

// newRuntimeDir makes a private folder (mode 0700) for the sockets, with a name as
// short as can be.
func newRuntimeDir() (string, error) {
	dir, err := os.MkdirTemp("", "ps")
	if err != nil {
		return "", fmt.Errorf("runtime folder: %w", err)
	}
	return dir, nil
}

// socketPath returns the path of a socket in dir, or an error if no socket can have it.
func socketPath(dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	if len(path) > maxSocketPath {
		return "", fmt.Errorf("socket path %q is %d bytes long, %d is the limit: set TMPDIR to a shorter path", path, len(path), maxSocketPath)
	}
	return path, nil
}
