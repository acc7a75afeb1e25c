package polyglot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// stampFile remembers from which sources a folder was built: the file holds the hash
// of their names and contents.
type stampFile struct {
	path   string
	folder string
}

// builtFolders hold what builds leave behind; folders whose names begin with "." or
// "_" are left out of the hash, too.
var builtFolders = []string{"target", "node_modules", "dist"}

// current reports whether the folder was built from sources with the given hash and
// the artefact is still there.
func (s stampFile) current(sum, artefact string) bool {
	if _, err := os.Stat(filepath.Join(s.folder, artefact)); err != nil {
		return false
	}
	built, err := os.ReadFile(s.path)
	return err == nil && string(built) == sum
}

func (s stampFile) write(sum string) error { return os.WriteFile(s.path, []byte(sum), 0o644) }

func hashSources(folder string) (string, error) {
	h := sha256.New()
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != folder && isBuilt(e.Name()) {
			return fs.SkipDir
		}
		if !e.Type().IsRegular() {
			return nil
		}
		return hashFile(h, folder, path)
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

func hashFile(h io.Writer, folder, path string) error {
	name, err := filepath.Rel(folder, path)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%q %d\n", name, info.Size())
	_, err = io.Copy(h, f)
	return err
}

func isBuilt(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || slices.Contains(builtFolders, name)
}
