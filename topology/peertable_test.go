package topology

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table finds what was inserted and not removed, however it was filled.
func TestPeerTable(t *testing.T) {
	table := newPeerTable(1000)
	r := rand.New(rand.NewPCG(5, 6))
	known := map[int]peerID{}
	key := func(n int) *peerKey {
		return &peerKey{caller: nodeID(n % 7), class: peerAddress, port: uint16(n % 3), address: fmt.Sprint("host", n)}
	}
	var free []peerID
	for range 20_000 {
		n := r.IntN(2000)
		hash := table.hash(key(n))
		id, there := known[n]
		require.Equal(t, id, table.find(hash, key(n)))
		switch {
		case there && r.IntN(2) == 0:
			table.remove(hash, id)
			delete(known, n)
			free = append(free, id)
		case !there && len(free) > 0:
			id, free = free[len(free)-1], free[:len(free)-1]
			table.all[id] = peer{key: *key(n)}
			table.insert(hash, id)
			known[n] = id
		case !there:
			table.all = append(table.all, peer{key: *key(n)})
			id = peerID(len(table.all) - 1)
			table.insert(hash, id)
			known[n] = id
		}
	}
}
