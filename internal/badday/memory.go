package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// peakRSS is the largest resident set of this process so far, in bytes.
func peakRSS() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("the resident set is read from /proc, which only Linux has: %w", err)
	}
	for line := range bytes.Lines(status) {
		value, ok := bytes.CutPrefix(line, []byte("VmHWM:"))
		if !ok {
			continue
		}
		kib, err := strconv.Atoi(string(bytes.TrimSuffix(bytes.TrimSpace(value), []byte(" kB"))))
		if err != nil {
			return 0, fmt.Errorf("VmHWM in /proc/self/status: %w", err)
		}
		return kib << 10, nil
	}
	return 0, errors.New("no VmHWM in /proc/self/status")
}
