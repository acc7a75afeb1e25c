package corpus

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// host is a machine with its clock.
type host struct {
	name, address string
	// skew is how far its clock is ahead of true time, in nanoseconds.
	skew int64
	// agent says that the spans of its processes leave in common batches.
	agent bool
	// astray says that the clock is not synchronised at all.
	astray bool
}

var hostNames = [...]string{"node-a", "node-b", "node-c", "node-d"}

const (
	maxHosts = 24
	// usualSkew and fewSkew are the clock errors (±) of synchronised hosts: most
	// are good, one in eight is not.
	usualSkew = 300 * time.Microsecond
	fewSkew   = 4 * time.Millisecond
)

// newHosts makes the machines of a system.
func newHosts(r *rand.Rand) []*host {
	hosts := make([]*host, 4+r.IntN(maxHosts-4))
	for i := range hosts {
		skew := within(r, usualSkew)
		if r.IntN(8) == 0 {
			skew = within(r, fewSkew)
		}
		address := "10." + strconv.Itoa(r.IntN(256)) + "." + strconv.Itoa(i) + "." + strconv.Itoa(1+r.IntN(250))
		if r.IntN(20) == 0 { // pods on shared address space (RFC 6598) are as private
			address = "100.64." + strconv.Itoa(i) + "." + strconv.Itoa(1+r.IntN(250))
		}
		hosts[i] = &host{
			name: hostNames[i%len(hostNames)] + "-" + strconv.Itoa(i), address: address,
			skew: skew, agent: r.IntN(2) == 0,
		}
	}
	return hosts
}

// newAstrayHost makes a machine whose clock is wrong by 20 ms to an hour.
func newAstrayHost(r *rand.Rand, i int) *host {
	scale := []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, 3 * time.Second, time.Minute, time.Hour}[r.IntN(5)]
	skew := int64(scale)/2 + r.Int64N(int64(scale)/2)
	if r.IntN(2) == 0 {
		skew = -skew
	}
	return &host{name: "astray-" + strconv.Itoa(i), address: "10.250." + strconv.Itoa(i) + ".7", skew: skew, astray: true}
}

// within is a uniform random duration between -d and d, in nanoseconds.
func within(r *rand.Rand, d time.Duration) int64 { return r.Int64N(2*int64(d)+1) - int64(d) }
