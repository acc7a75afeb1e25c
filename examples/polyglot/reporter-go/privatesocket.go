package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// othersWrite are the permission bits that let somebody else put a file into a folder.
const othersWrite fs.FileMode = 0o022

// privateSocket is a Unix socket that only this user can reach and that nobody
// can squat. Close removes the socket file.
type privateSocket struct {
	*net.UnixListener

	// lock is held for life: of two starters that both find a stale socket
	// file, only one may replace it.
	lock *os.File
}

// listenPrivate creates the folder (mode 0700) if it is missing, and replaces a
// socket file that nothing answers on, which is what a killed process leaves.
func listenPrivate(path string) (*privateSocket, error) {
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	lock, err := lockSocket(path)
	if err != nil {
		return nil, err
	}
	listener, err := replaceStale(path)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &privateSocket{UnixListener: listener, lock: lock}, nil
}

// Close stops listening; a listener that was closed before is no error.
func (s *privateSocket) Close() error {
	err := s.UnixListener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, s.lock.Close())
}

func checkFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("folder of the socket: %w", err)
	}
	info, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("folder of the socket: %w", err)
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if own := uint32(os.Geteuid()); owner != own {
		return fmt.Errorf("folder %s belongs to uid %d, want uid %d: use a folder of your own", folder, owner, own)
	}
	if mode := info.Mode().Perm(); mode&othersWrite != 0 {
		return fmt.Errorf("folder %s has mode %03o, so others can write to it: chmod 700 it", folder, mode)
	}
	return nil
}

// lockSocket leaves the lock file when the process ends: removing it would let a
// third process lock a new file while a second still waits on the old one.
func lockSocket(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of the socket: %w", err)
	}
	err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errors.Join(inUse(path), lock.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock of the socket: %w", err), lock.Close())
	}
	return lock, nil
}

func replaceStale(path string) (*net.UnixListener, error) {
	if err := removeStale(path); err != nil {
		return nil, err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err = os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s is not a socket: remove it or choose another path", path)
	}
	conn, err := net.Dial("unix", path)
	if err == nil {
		return errors.Join(inUse(path), conn.Close())
	}
	if !errors.Is(err, unix.ECONNREFUSED) {
		return fmt.Errorf("socket that exists already: %w", err)
	}
	return os.Remove(path)
}

func inUse(path string) error {
	return fmt.Errorf("%s is in use by another process: stop it or choose another path", path)
}
