//go:build unix

package replay

import (
	"syscall"
	"time"
)

// cpuTime is the processor time of the whole program while f runs, so what the
// garbage collector does for f beside it counts as well.
func cpuTime(f func()) time.Duration {
	before := usage()
	f()
	return usage() - before
}

func usage() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
