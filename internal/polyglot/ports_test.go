package polyglot

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFreeAddresses(t *testing.T) {
	addresses, err := freeAddresses(50)
	require.NoError(t, err)
	seen := map[int]bool{}
	for _, a := range addresses {
		l, taken := net.Listen("tcp", a)
		require.NoError(t, taken, "the address is not free")
		t.Cleanup(func() { _ = l.Close() })
		at := l.Addr().(*net.TCPAddr)
		assert.True(t, at.IP.IsLoopback(), a)
		assert.GreaterOrEqual(t, at.Port, firstPort)
		assert.Less(t, at.Port, firstPort+portCount)
		seen[at.Port] = true
	}
	assert.Len(t, seen, 50, "all ports differ")
}

func TestFreeAddressesLeavesOutTaken(t *testing.T) {
	first, err := freeAddresses(20)
	require.NoError(t, err)
	for _, a := range first {
		l, taken := net.Listen("tcp", a)
		require.NoError(t, taken)
		t.Cleanup(func() { _ = l.Close() })
	}
	second, err := freeAddresses(500)
	require.NoError(t, err)
	for _, a := range first {
		assert.NotContains(t, second, a)
	}
}
