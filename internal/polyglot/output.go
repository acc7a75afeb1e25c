package polyglot

import (
	"bytes"
	"io"
	"os"
	"strings"
)

const (
	// maxLineBytes bounds the part of an unfinished output line that is kept to look for the ready line.
	maxLineBytes = 4096
	// tailBytes is how much of a log an error message shows.
	tailBytes = 4096
)

// readyWriter passes a child's output on and closes a channel when a line of it is
// the ready line. It is used by one goroutine.
type readyWriter struct {
	out   io.Writer
	want  string
	ready chan<- struct{} // nil after it was closed
	line  []byte
}

func newReadyWriter(out io.Writer, want string, ready chan<- struct{}) *readyWriter {
	return &readyWriter{out: out, want: want, ready: ready}
}

func (w *readyWriter) Write(b []byte) (int, error) {
	n, err := w.out.Write(b) // first: who is told that it is ready may read the log
	if w.ready != nil && w.want != "" {
		w.scan(b)
	}
	return n, err
}

func (w *readyWriter) scan(b []byte) {
	for {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			break
		}
		if strings.TrimRight(string(w.line)+string(b[:end]), "\r") == w.want {
			close(w.ready)
			w.ready, w.line = nil, nil
			return
		}
		w.line, b = w.line[:0], b[end+1:]
	}
	w.line = append(w.line, b[:min(len(b), maxLineBytes-len(w.line))]...)
}

// tail returns the end of a log for an error message.
func tail(path string) string { return tailOf(path, tailBytes) }

// tailOf returns the last lines of a file, at most size bytes, or why it cannot be read.
func tailOf(path string, size int64) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	cut := false
	if end, seekErr := f.Seek(0, io.SeekEnd); seekErr == nil {
		cut = end > size
		_, _ = f.Seek(max(0, end-size), io.SeekStart)
	}
	b, err := io.ReadAll(io.LimitReader(f, size))
	if err != nil {
		return err.Error()
	}
	if cut { // begins in the middle of a line
		b = b[bytes.IndexByte(b, '\n')+1:]
	}
	return strings.TrimRight(string(b), "\n")
}
