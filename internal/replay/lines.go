package replay

import (
	"errors"
	"io"
	"slices"
)

// errTooLarge is a value beyond maxValue; the reader refuses to go on.
var errTooLarge = errors.New("one trace or one resource's spans is larger than 64 MiB: split the file")

// lines passes a file on, remembers where its lines start, and bounds how far the
// parser may read ahead of what it has used up.
type lines struct {
	r      io.Reader
	read   int64   // bytes passed on
	limit  int64   // bytes that may be passed on
	number int     // of the line at base
	breaks []int64 // offsets after each line feed since the last mark
}

func newLines(r io.Reader) *lines { return &lines{r: r, limit: maxValue, number: 1} }

func (l *lines) Read(p []byte) (int, error) {
	if l.read >= l.limit {
		return 0, errTooLarge
	}
	n, err := l.r.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			l.breaks = append(l.breaks, l.read+int64(i)+1)
		}
	}
	l.read += int64(n)
	return n, err
}

// mark says that everything before the offset is used up.
func (l *lines) mark(offset int64) {
	used, _ := slices.BinarySearch(l.breaks, offset+1)
	l.number += used
	l.breaks = slices.Delete(l.breaks, 0, used)
	l.limit = offset + maxValue
}

// at is the number of the line that holds the offset, at or after the last mark.
func (l *lines) at(offset int64) int {
	before, _ := slices.BinarySearch(l.breaks, offset+1)
	return l.number + before
}
