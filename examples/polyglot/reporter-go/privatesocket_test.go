package main

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestListenPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run", "reporter.sock")
	socket, err := listenPrivate(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{filepath.Dir(path): 0o700, path: 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %03o, want %03o", name, got, want)
		}
	}
	if err := socket.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("socket file after Close: %v, want none", err)
	}
}

func TestListenPrivateReplacesStaleSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reporter.sock")
	killed := foreignListener(t, path)
	killed.SetUnlinkOnClose(false)
	if err := killed.Close(); err != nil {
		t.Fatal(err)
	}
	socket, err := listenPrivate(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := socket.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestListenPrivateNeverSteals(t *testing.T) {
	t.Run("a socket that answers", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "reporter.sock")
		foreignListener(t, path)
		wantRefusal(t, path, "is in use by another process")
	})
	t.Run("a socket whose owner holds the lock", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "reporter.sock")
		socket, err := listenPrivate(path)
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		wantRefusal(t, path, "is in use by another process")
	})
	t.Run("a file that is no socket", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "notes.txt")
		if err := os.WriteFile(path, []byte("keep me"), 0o600); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, path, "is not a socket")
		if kept, err := os.ReadFile(path); err != nil || string(kept) != "keep me" {
			t.Errorf("file is %q, %v, want it untouched", kept, err)
		}
	})
	t.Run("a folder that others can write", func(t *testing.T) {
		folder := t.TempDir()
		if err := os.Chmod(folder, 0o770); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, filepath.Join(folder, "reporter.sock"), "has mode 770, so others can write to it: chmod 700 it")
	})
}

func TestCheckUID(t *testing.T) {
	if err := checkUID(1000, 1000); err != nil {
		t.Errorf("own user: %v", err)
	}
	if got, want := errorText(checkUID(1001, 1000)), "peer runs as uid 1001, want uid 1000"; got != want {
		t.Errorf("another user: %q, want %q", got, want)
	}
}

func foreignListener(t *testing.T, path string) *net.UnixListener {
	t.Helper()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func wantRefusal(t *testing.T, path, want string) {
	t.Helper()
	socket, err := listenPrivate(path)
	if err == nil {
		socket.Close()
		t.Fatalf("listenPrivate(%s) gives no error, want %q", path, want)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("listenPrivate(%s) = %q, want %q in it", path, err, want)
	}
}
