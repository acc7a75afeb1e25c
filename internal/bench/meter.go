package bench

import (
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// Cost is what one span costs.
type Cost struct {
	CPU    float64 // ns of user and system time of the whole process
	Allocs float64 // objects
	Bytes  float64 // allocated
}

func (c Cost) minus(base Cost) Cost {
	return Cost{CPU: c.CPU - base.CPU, Allocs: c.Allocs - base.Allocs, Bytes: c.Bytes - base.Bytes}
}

// meter counts what the whole process spends between start and stop. CPU time
// is not disturbed much by other processes, and waiting is not in it. Nothing is
// collected on purpose: a measurement starts with the garbage of its warm-up and
// leaves as much.
type meter struct {
	cpu time.Duration
	mem runtime.MemStats
}

func startMeter() (*meter, error) {
	m := &meter{}
	runtime.ReadMemStats(&m.mem)
	var err error
	m.cpu, err = cpuTime()
	return m, err
}

func (m *meter) stop(spans int) (Cost, error) {
	cpu, err := cpuTime()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	n := float64(spans)
	return Cost{
		CPU:    float64(cpu-m.cpu) / n,
		Allocs: float64(mem.Mallocs-m.mem.Mallocs) / n,
		Bytes:  float64(mem.TotalAlloc-m.mem.TotalAlloc) / n,
	}, err
}

func cpuTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("getrusage: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
