package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// maxReceived is the most descriptors that are received with a hello; the kernel
// drops the rest. One is right, the others are received only to be counted and
// closed.
const maxReceived = 4

// receiveSlot reads the hello of a connection and maps the slot that came with it.
func receiveSlot(conn *net.UnixConn) (*slot, error) {
	prefix, files, err := receiveFirst(conn)
	defer closeAll(files)
	if err != nil {
		return nil, err
	}
	frame, err := readPayload(conn, prefix)
	if err != nil {
		return nil, err
	}
	h, err := parseHello(frame)
	if err != nil {
		return nil, err
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("%d file descriptors received with the hello, want 1", len(files))
	}
	return mapSlot(files[0], h.SlotBytes)
}

// receiveFirst reads the first prefix of the connection, which is the data that
// descriptors travel with. It returns the files even with an error.
func receiveFirst(conn *net.UnixConn) (prefix [prefixBytes]byte, files []*os.File, err error) {
	control := make([]byte, unix.CmsgSpace(maxReceived*4))
	n, controlBytes, _, _, err := conn.ReadMsgUnix(prefix[:], control)
	if err != nil {
		return prefix, nil, err
	}
	if n == 0 {
		return prefix, nil, io.EOF
	}
	files, err = parseFiles(control[:controlBytes])
	if err != nil {
		return prefix, files, fmt.Errorf("file descriptors of the hello: %w", err)
	}
	if _, err := io.ReadFull(conn, prefix[n:]); err != nil {
		return prefix, files, err
	}
	return prefix, files, nil
}

func parseFiles(control []byte) ([]*os.File, error) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	var failed []error
	for _, message := range messages {
		fds, err := unix.ParseUnixRights(&message)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "slot"))
		}
	}
	return files, errors.Join(failed...)
}

// closeAll closes descriptors that were only read from; there is nothing to lose.
func closeAll(files []*os.File) {
	for _, file := range files {
		_ = file.Close()
	}
}
