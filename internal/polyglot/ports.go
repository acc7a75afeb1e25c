package polyglot

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are taken from below the range from which systems give ports to outgoing
// connections (32768 and up on Linux, 49152 and up on macOS), so that no connection
// takes a port between the moment it was found free and the moment a child listens on it.
const (
	firstPort    = 20000
	portCount    = 12000
	portAttempts = 200
)

// FreeAddress returns a loopback address with a port on which nothing listens.
func FreeAddress() (string, error) {
	addresses, err := freeAddresses(1)
	if err != nil {
		return "", err
	}
	return addresses[0], nil
}

// freeAddresses returns n different loopback addresses on which nothing listens.
func freeAddresses(n int) ([]string, error) {
	held := make([]net.Listener, 0, n) // held to the end, so that all differ
	defer func() {
		for _, l := range held {
			_ = l.Close()
		}
	}()
	for range n * portAttempts {
		port := firstPort + rand.IntN(portCount)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		held = append(held, l)
		if len(held) == n {
			return addressesOf(held), nil
		}
	}
	return nil, errors.New("no free loopback port between 20000 and 31999")
}

func addressesOf(listeners []net.Listener) []string {
	out := make([]string, len(listeners))
	for i, l := range listeners {
		out[i] = l.Addr().String()
	}
	return out
}
