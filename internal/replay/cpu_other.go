//go:build !unix

package replay

import "time"

// cpuTime is the time that passes while f runs: the engine uses one core, so this
// is its processor time on a machine that does nothing else.
func cpuTime(f func()) time.Duration {
	before := time.Now()
	f()
	return time.Since(before)
}
