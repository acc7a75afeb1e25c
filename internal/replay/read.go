package replay

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	// maxValue bounds one trace (Jaeger) or one resource's spans (OTLP) in a file,
	// in bytes: what is held of the file beside the spans themselves.
	maxValue = 64 << 20
	// maxSpans bounds a recording: about 1 GB of memory while it is replayed.
	maxSpans = 4_000_000
)

// ReadFile reads a recording from a file.
func ReadFile(path string) (*Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rec, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rec, nil
}

// Read reads a recording: Jaeger JSON or OTLP JSON, one document or any number of
// them, one a line or spread over lines, plain or gzip. Errors name the line.
func Read(r io.Reader) (*Recording, error) {
	plain, err := unzipped(r)
	if err != nil {
		return nil, err
	}
	d := newDocuments(plain)
	for {
		err := d.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, d.locate(err)
		}
	}
	if len(d.linker.spans) == 0 {
		return nil, errors.New(`holds no spans: expected Jaeger JSON ({"data":[...]}) or OTLP JSON ({"resourceSpans":[...]}), one document a line or one a file`)
	}
	return d.linker.link(), nil
}

// unzipped tells gzip by its first bytes.
func unzipped(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	magic, err := buffered.Peek(2)
	if err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return buffered, nil // a file of one byte or none is for the parser to refuse
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("reading the gzip header: %w", err)
	}
	return z, nil
}
