package main

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// checkSameUser refuses a peer that runs as another user. The kernel recorded
// the user id when the connection was made, so the peer cannot claim another.
func checkSameUser(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Ucred
	var optErr error
	err = raw.Control(func(fd uintptr) {
		peer, optErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err != nil {
		return err
	}
	if optErr != nil {
		return fmt.Errorf("credentials of the peer: %w", optErr)
	}
	return checkUID(peer.Uid, uint32(os.Geteuid()))
}

func checkUID(peer, own uint32) error {
	if peer != own {
		return fmt.Errorf("peer runs as uid %d, want uid %d", peer, own)
	}
	return nil
}
