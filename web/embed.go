// Package web holds the topology page: TypeScript source under src, and the built
// files under dist that are compiled into the binary.
//
// [Files] gives the built files; it takes nothing, starts nothing and serves
// nothing: the topology exporter does. The page needs api/v1/topology and
// api/v1/topology/stream beside it, at the same path prefix. It makes no other
// request and works under "Content-Security-Policy: default-src 'self'", which
// whoever serves it should send.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built page with index.html at its root. It is read-only and
// safe for concurrent use.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, the only thing Sub checks
	}
	return files
}
