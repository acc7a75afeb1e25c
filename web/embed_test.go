package web

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

// maxPageBytes bounds what every collector binary carries for the page.
const maxPageBytes = 1 << 20

func TestIndexReferencesOnlyEmbeddedFiles(t *testing.T) {
	files := Files()
	references := 0
	for _, e := range elements(t, "index.html") {
		for _, a := range e.Attr {
			if a.Name.Local != "src" && a.Name.Local != "href" {
				continue
			}
			switch {
			case strings.HasPrefix(a.Value, "#"), strings.HasPrefix(a.Value, "api/v1/"):
				continue // a place in the page; the exporter's API
			}
			references++
			if _, err := fs.Stat(files, path.Clean(a.Value)); err != nil {
				t.Errorf("<%s %s=%q>: %v", e.Name.Local, a.Name.Local, a.Value, err)
			}
		}
	}
	if references < 2 {
		t.Errorf("index.html has %d references, want at least its script and its style sheet", references)
	}
}

func TestIndexNeedsNothingTheContentSecurityPolicyRefuses(t *testing.T) {
	for _, e := range elements(t, "index.html") {
		tag := e.Name.Local
		if tag == "style" {
			t.Errorf("index.html has an inline <style>")
		}
		if tag == "script" && attribute(e, "src") == "" {
			t.Errorf("index.html has an inline <script>")
		}
		for _, a := range e.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("index.html has <%s %s=…>", tag, a.Name.Local)
			}
		}
	}
}

// Addresses that name a scheme or a host would leave the collector, and addresses
// from the root would miss it behind a path prefix.
func TestIndexHasOnlyRelativeAddresses(t *testing.T) {
	absolute := regexp.MustCompile(`(?i)^([a-z][a-z0-9+.-]*:|/)`)
	for _, e := range elements(t, "index.html") {
		for _, name := range []string{"src", "href", "action", "content", "srcset", "data"} {
			if v := attribute(e, name); absolute.MatchString(v) {
				t.Errorf("index.html has <%s %s=%q>, want a relative address", e.Name.Local, name, v)
			}
		}
	}
	if bytes.Contains(read(t, "index.html"), []byte("://")) {
		t.Errorf("index.html has an absolute address")
	}
}

func TestStyleSheetLoadsNothing(t *testing.T) {
	if found := regexp.MustCompile(`(?i)url\([^)]*\)|@import`).Find(read(t, "assets/app.css")); found != nil {
		t.Errorf("assets/app.css has %q, want no address", found)
	}
}

func TestIconsHoldNoScript(t *testing.T) {
	files := Files()
	icons, err := fs.Glob(files, "icons/*.svg")
	if err != nil || len(icons) == 0 {
		t.Fatalf("icons/*.svg: %d files, error %v", len(icons), err)
	}
	for _, icon := range icons {
		for _, e := range elements(t, icon) {
			if e.Name.Local == "script" || e.Name.Local == "style" || e.Name.Local == "foreignObject" {
				t.Errorf("%s has <%s>", icon, e.Name.Local)
			}
			for _, a := range e.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
					t.Errorf("%s has <%s %s=…>", icon, e.Name.Local, a.Name.Local)
				}
			}
		}
	}
}

func TestPageIsSmallAndHasNoSourceMap(t *testing.T) {
	total := 0
	err := fs.WalkDir(Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content := read(t, name)
		total += len(content)
		if strings.HasSuffix(name, ".map") || bytes.Contains(content, []byte("sourceMappingURL")) {
			t.Errorf("%s is or names a source map", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if total == 0 || total > maxPageBytes {
		t.Errorf("the page has %d bytes, want 1 to %d", total, maxPageBytes)
	}
}

// elements returns the start tags of an embedded HTML or SVG file.
func elements(t *testing.T, name string) []xml.StartElement {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(read(t, name)))
	d.Strict = false
	d.AutoClose = xml.HTMLAutoClose
	d.Entity = xml.HTMLEntity
	var found []xml.StartElement
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if e, ok := token.(xml.StartElement); ok {
			found = append(found, e.Copy())
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
