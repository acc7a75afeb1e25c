package topologyexporter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/polyspan/polyspan/web"
)

// pagePolicy lets the page load its own files and nothing else: no inline script or
// style, no other host. Pages of the same origin may frame it.
const pagePolicy = "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'self'"

// page serves the embedded files of the topology page, by path.
type page map[string]pageFile

type pageFile struct {
	content     []byte
	contentType string
	etag        string
}

// newPage reads the files once: they are a few, and small.
func newPage() (page, error) {
	p := page{}
	files := web.Files()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		p["/"+name] = pageFile{content, contentTypeOf(name), `"` + hex.EncodeToString(sum[:16]) + `"`}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	p["/"] = p["/index.html"]
	return p, nil
}

// contentTypeOf does not depend on the types that the system knows.
func contentTypeOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".md":
		return "text/plain; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func (p page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := p[r.URL.Path]
	if !ok {
		unknownPath(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	// Names of files carry no version: the browser asks each time whether they changed.
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", f.contentType)
	h.Set("ETag", f.etag)
	http.ServeContent(w, r, strings.TrimPrefix(r.URL.Path, "/"), time.Time{}, bytes.NewReader(f.content))
}
