package polyglot

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadyWriter(t *testing.T) {
	tests := []struct {
		name   string
		writes []string
		ready  bool
	}{
		{"one write", []string{"ready x\n"}, true},
		{"in pieces", []string{"rea", "dy x", "\n"}, true},
		{"after other lines", []string{"a\nb\nready x\nc"}, true},
		{"carriage return", []string{"ready x\r\n"}, true},
		{"twice", []string{"ready x\n", "ready x\n"}, true},
		{"unfinished line", []string{"ready x"}, false},
		{"part of a line", []string{"not ready x\n", "ready xy\n"}, false},
		{"behind a line without end", []string{strings.Repeat("z", 3*maxLineBytes), "ready x\n"}, false},
		{"after a line without end", []string{strings.Repeat("z", 3*maxLineBytes), "\nready x\n"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			ready := make(chan struct{})
			w := newReadyWriter(&out, "ready x", ready)
			for _, s := range tt.writes {
				_, err := w.Write([]byte(s))
				require.NoError(t, err)
				assert.LessOrEqual(t, len(w.line), maxLineBytes)
			}
			assert.Equal(t, strings.Join(tt.writes, ""), out.String())
			select {
			case <-ready:
				assert.True(t, tt.ready, "ready")
			default:
				assert.False(t, tt.ready, "not ready")
			}
		})
	}
}

func TestTail(t *testing.T) {
	tests := []struct{ name, content, want string }{
		{"short", "a\nb\n", "a\nb"},
		{"empty", "", ""},
		{"cut at a line", "0123456\nabc\ndef\n", "abc\ndef"},
		{"exactly the limit", "01\nabc\nde\n", "01\nabc\nde"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			require.NoError(t, os.WriteFile(path, []byte(tt.content), 0o600))
			assert.Equal(t, tt.want, tailOf(path, 10))
		})
	}
	assert.Contains(t, tail(filepath.Join(t.TempDir(), "absent")), "no such file")
}
