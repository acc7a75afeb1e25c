package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Holding spans takes at most 15 % more than the decoded spans alone.
func TestHeldMemory(t *testing.T) {
	payloads, err := heldPayloads(time.Now())
	require.NoError(t, err)
	ours, err := held(t.Context(), Holders()[0], payloads, 0)
	require.NoError(t, err)
	pdata, err := held(t.Context(), Pipeline{Name: alone}, payloads, 1)
	require.NoError(t, err)
	assert.Less(t, ours, 1.15*pdata, "bytes per held span; pdata alone takes %.0f", pdata)
	assert.Greater(t, ours, pdata)
}
