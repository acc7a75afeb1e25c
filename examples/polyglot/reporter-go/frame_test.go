package main

import (
	"bytes"
	"io"
	"testing"
)

func TestReadFrame(t *testing.T) {
	tests := []struct {
		name, wire, want, wantErr string
	}{
		{name: "whole frame", wire: "\x00\x00\x00\x02ok", want: "ok"},
		{name: "closed between frames", wire: "", wantErr: io.EOF.Error()},
		{name: "closed in the prefix", wire: "\x00\x00", wantErr: io.ErrUnexpectedEOF.Error()},
		{name: "closed before the payload", wire: "\x00\x00\x00\x02", wantErr: io.ErrUnexpectedEOF.Error()},
		{name: "closed in the payload", wire: "\x00\x00\x00\x02o", wantErr: io.ErrUnexpectedEOF.Error()},
		{name: "zero length", wire: "\x00\x00\x00\x00", wantErr: "bad frame: it is empty"},
		{name: "one over the limit", wire: "\x00\x00\x10\x01", wantErr: "bad frame: 4097 bytes exceed the limit of 4096 bytes"},
		{name: "largest length", wire: "\xff\xff\xff\xff", wantErr: "bad frame: 4294967295 bytes exceed the limit of 4096 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readFrame(bytes.NewReader([]byte(tt.wire)))
			if text := errorText(err); text != tt.wantErr {
				t.Fatalf("readFrame(%q) error = %q, want %q", tt.wire, text, tt.wantErr)
			}
			if string(got) != tt.want {
				t.Errorf("readFrame(%q) = %q, want %q", tt.wire, got, tt.want)
			}
		})
	}
}

func TestWriteFrameReadsBack(t *testing.T) {
	var wire bytes.Buffer
	if err := writeFrame(&wire, []byte("record")); err != nil {
		t.Fatal(err)
	}
	got, err := readFrame(&wire)
	if err != nil || string(got) != "record" {
		t.Errorf("read back %q, %v, want %q", got, err, "record")
	}
}

// FuzzReadFrame: whatever arrives, a frame is what its prefix says or an error.
func FuzzReadFrame(f *testing.F) {
	for _, seed := range []string{"", "\x00\x00\x00\x02ok", "\x00\x00\x00\x00", "\xff\xff\xff\xff", "\x00\x00\x10\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		payload, err := readFrame(bytes.NewReader(wire))
		if err != nil {
			return
		}
		if len(payload) == 0 || len(payload) > maxControlBytes || !bytes.HasPrefix(wire[prefixBytes:], payload) {
			t.Errorf("readFrame(%q) = %q", wire, payload)
		}
	})
}

// errorText is the text of an error, "" for none.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
