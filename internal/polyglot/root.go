package polyglot

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
)

// modulePath is the module at the root of the source tree.
const modulePath = "github.com/polyspan/polyspan"

// FindRoot returns the root of the source tree: the nearest folder at or above the
// working directory whose go.mod is the product's.
func FindRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(mod, []byte("module "+modulePath+"\n")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not inside the source tree of " + modulePath + ": run it from there")
		}
		dir = parent
	}
}
