package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// goPackage is the part of `go list -json` that the rules read.
type goPackage struct {
	ImportPath string
	Name       string
	Doc        string // first sentence of the package comment
	Standard   bool
	GoFiles    []string
	// Imports of production code, of tests inside and of tests outside the package.
	Imports, TestImports, XTestImports []string
	Module                             *struct{ Path string }
}

// ours reports whether an import path belongs to the product's module.
func ours(path string) bool {
	return path == modulePath || strings.HasPrefix(path, modulePath+"/")
}

// short is the import path relative to the module, as the table writes it.
func short(path string) string {
	return strings.TrimPrefix(path, modulePath+"/")
}

// packages returns every package of the module and all they import, by import path.
func packages(t *testing.T) map[string]goPackage {
	t.Helper()
	pkgs, err := listPackages()
	require.NoError(t, err)
	return pkgs
}

// -e keeps going when a package does not build: the compiler reports that better.
var listPackages = sync.OnceValues(func() (map[string]goPackage, error) {
	cmd := exec.Command("go", "list", "-e", "-deps",
		"-json=ImportPath,Name,Doc,Standard,GoFiles,Imports,TestImports,XTestImports,Module", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.Bytes())
	}
	return decodePackages(bytes.NewReader(out))
})

func decodePackages(r io.Reader) (map[string]goPackage, error) {
	pkgs := map[string]goPackage{}
	for dec := json.NewDecoder(r); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list output: %w", err)
		}
		pkgs[p.ImportPath] = p
	}
}
