package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

const testSlotBytes = 4096

// newMemfd makes memory as an engine does: of that size, with those seals.
func newMemfd(t *testing.T, size int64, seals int) *os.File {
	t.Helper()
	fd, err := unix.MemfdCreate("engine", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "engine")
	t.Cleanup(func() { file.Close() })
	if err := file.Truncate(size); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestMapSlotRefuses(t *testing.T) {
	regular, err := os.Create(filepath.Join(t.TempDir(), "slot"))
	if err != nil {
		t.Fatal(err)
	}
	defer regular.Close()
	if err = regular.Truncate(testSlotBytes); err != nil {
		t.Fatal(err)
	}
	pipe, _, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()

	tests := []struct {
		name      string
		file      *os.File
		announced int64
		want      string
	}{
		{"no seal", newMemfd(t, testSlotBytes, 0), testSlotBytes, "slot can shrink: seal it with F_SEAL_SHRINK"},
		{"another seal only", newMemfd(t, testSlotBytes, unix.F_SEAL_GROW), testSlotBytes, "slot can shrink: seal it with F_SEAL_SHRINK"},
		{"regular file", regular, testSlotBytes, "slot is not a memfd, so its size cannot be sealed"},
		{"pipe", pipe, testSlotBytes, "slot is not a memfd, so its size cannot be sealed"},
		{"shrunk before the seal", newMemfd(t, 100, unix.F_SEAL_SHRINK), testSlotBytes, "slot has 100 bytes, fewer than the 4096 that were announced"},
		{"too large", newMemfd(t, maxSlotBytes+1, unix.F_SEAL_SHRINK), maxSlotBytes, "slot of 1048577 bytes exceeds the limit of 1048576 bytes"},
		{"empty", newMemfd(t, 0, unix.F_SEAL_SHRINK), 0, "slot is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mapped, err := mapSlot(tt.file, tt.announced)
			if text := errorText(err); text != tt.want {
				t.Errorf("mapSlot error = %q, want %q", text, tt.want)
			}
			if mapped != nil {
				t.Error("mapSlot gives a slot with an error")
				mapped.Close()
			}
		})
	}
}

func TestCopyOut(t *testing.T) {
	file := newMemfd(t, testSlotBytes, unix.F_SEAL_SHRINK)
	if _, err := file.WriteAt([]byte("first"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte("last"), testSlotBytes-4); err != nil {
		t.Fatal(err)
	}
	mapped, err := mapSlot(file, testSlotBytes)
	if err != nil {
		t.Fatal(err)
	}
	defer mapped.Close()

	outside := func(offset, length string) string {
		return "record at offset " + offset + " with length " + length + " is not inside the slot of 4096 bytes"
	}
	tests := []struct {
		name           string
		offset, length int64
		want, wantErr  string
	}{
		{name: "at the beginning", offset: 0, length: 5, want: "first"},
		{name: "at the end", offset: testSlotBytes - 4, length: 4, want: "last"},
		{name: "no length", offset: 0, length: 0, wantErr: outside("0", "0")},
		{name: "negative length", offset: 0, length: -1, wantErr: outside("0", "-1")},
		{name: "negative offset", offset: -1, length: 1, wantErr: outside("-1", "1")},
		{name: "one byte too long", offset: testSlotBytes - 4, length: 5, wantErr: outside("4092", "5")},
		{name: "longer than the slot", offset: 0, length: testSlotBytes + 1, wantErr: outside("0", "4097")},
		{name: "sum overflows", offset: math.MaxInt64, length: math.MaxInt64, wantErr: outside("9223372036854775807", "9223372036854775807")},
		{name: "offset overflows", offset: math.MaxInt64, length: 1, wantErr: outside("9223372036854775807", "1")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := mapped.copyOut(tt.offset, tt.length)
			if text := errorText(err); text != tt.wantErr {
				t.Fatalf("copyOut error = %q, want %q", text, tt.wantErr)
			}
			if string(got) != tt.want {
				t.Errorf("copyOut = %q, want %q", got, tt.want)
			}
		})
	}
}

// The engine may write while the reporter works on a record.
func TestCopyDoesNotChangeWithTheSlot(t *testing.T) {
	file := newMemfd(t, testSlotBytes, unix.F_SEAL_SHRINK)
	if _, err := file.WriteAt([]byte("order"), 0); err != nil {
		t.Fatal(err)
	}
	mapped, err := mapSlot(file, testSlotBytes)
	if err != nil {
		t.Fatal(err)
	}
	defer mapped.Close()
	got, err := mapped.copyOut(0, 5)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte("FORGE"), 0); err != nil {
		t.Fatal(err)
	}
	if string(got) != "order" {
		t.Errorf("copy is %q after the slot changed, want %q", got, "order")
	}
}

// The seal is what keeps the mapping whole: the engine tries and cannot shrink.
func TestSealedSlotStaysWhole(t *testing.T) {
	file := newMemfd(t, testSlotBytes, unix.F_SEAL_SHRINK)
	mapped, err := mapSlot(file, testSlotBytes)
	if err != nil {
		t.Fatal(err)
	}
	defer mapped.Close()
	if err := file.Truncate(0); err == nil {
		t.Fatal("a sealed file was shortened")
	}
	if _, err := mapped.copyOut(testSlotBytes-1, 1); err != nil {
		t.Error(err)
	}
}
