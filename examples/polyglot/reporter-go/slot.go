package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// maxSlotBytes bounds the memory that one connection can make this process map.
const maxSlotBytes = 1 << 20

// slot is a read-only view of memory that belongs to the engine. The engine may
// change its bytes at any time, also while they are read: copy them out first,
// then look at the copy. It cannot change the size.
type slot struct {
	memory []byte
}

// mapSlot maps a memfd of the announced size. It leaves file open: the mapping
// does not need it any more.
func mapSlot(file *os.File, announced int64) (*slot, error) {
	fd := int(file.Fd())
	if err := checkSeal(fd); err != nil {
		return nil, err
	}
	// Only now does the size mean anything: it can no longer become less.
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, fmt.Errorf("size of the slot: %w", err)
	}
	if err := checkSlotSize(stat.Size, announced); err != nil {
		return nil, err
	}
	memory, err := unix.Mmap(fd, 0, int(stat.Size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map the slot: %w", err)
	}
	return &slot{memory: memory}, nil
}

// checkSeal refuses memory that can shrink: reading beyond the end of a file that
// was shortened under its mapping kills the process with SIGBUS.
func checkSeal(fd int) error {
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	if errors.Is(err, unix.EINVAL) {
		return errors.New("slot is not a memfd, so its size cannot be sealed")
	}
	if err != nil {
		return fmt.Errorf("seals of the slot: %w", err)
	}
	if seals&unix.F_SEAL_SHRINK == 0 {
		return errors.New("slot can shrink: seal it with F_SEAL_SHRINK")
	}
	return nil
}

func checkSlotSize(size, announced int64) error {
	if size < announced {
		return fmt.Errorf("slot has %d bytes, fewer than the %d that were announced", size, announced)
	}
	if size > maxSlotBytes {
		return fmt.Errorf("slot of %d bytes exceeds the limit of %d bytes", size, maxSlotBytes)
	}
	if size == 0 {
		return errors.New("slot is empty")
	}
	return nil
}

// copyOut returns a copy of a range of the slot.
func (s *slot) copyOut(offset, length int64) ([]byte, error) {
	size := int64(len(s.memory))
	// Written so that no sum can overflow.
	if offset < 0 || length < 1 || length > size || offset > size-length {
		return nil, fmt.Errorf("record at offset %d with length %d is not inside the slot of %d bytes", offset, length, size)
	}
	return bytes.Clone(s.memory[offset : offset+length]), nil
}

// Close unmaps the slot; no copy is affected.
func (s *slot) Close() error {
	return unix.Munmap(s.memory)
}
