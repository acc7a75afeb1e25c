package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	// prefixBytes is the size of a frame's big-endian length.
	prefixBytes = 4
	// maxControlBytes is the longest hello, doorbell or answer; records are in
	// the slot, not in here.
	maxControlBytes = 4 << 10
)

// errFrame is wrapped by errors after which the stream has no frame boundary
// any more, so the connection must end.
var errFrame = errors.New("bad frame")

// readFrame reads one frame. It gives io.EOF if the peer closed between frames
// and io.ErrUnexpectedEOF if it closed in the middle of one.
func readFrame(r io.Reader) ([]byte, error) {
	var prefix [prefixBytes]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return nil, err
	}
	return readPayload(r, prefix)
}

// readPayload reads what follows a prefix, whose length it checks first.
func readPayload(r io.Reader, prefix [prefixBytes]byte) ([]byte, error) {
	length := binary.BigEndian.Uint32(prefix[:])
	if length == 0 {
		return nil, fmt.Errorf("%w: it is empty", errFrame)
	}
	if length > maxControlBytes {
		return nil, fmt.Errorf("%w: %d bytes exceed the limit of %d bytes", errFrame, length, maxControlBytes)
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(r, payload); err != nil {
		// Between the prefix and the payload is the middle, not the end.
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return payload, nil
}

// writeFrame writes prefix and payload in one call, so that a small frame is never split.
func writeFrame(w io.Writer, payload []byte) error {
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, prefixBytes+len(payload)), uint32(len(payload)))
	_, err := w.Write(append(frame, payload...))
	return err
}
