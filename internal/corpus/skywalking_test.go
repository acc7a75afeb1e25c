package corpus

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Vectors of real captures.
func TestSkyWalkingIDs(t *testing.T) {
	assert.Equal(t, "a4ec6fc886ab4bb4cf12975a1052aee6",
		skyWalkingTraceID("a4ec6fc8ccab4bb4b682064698cc97e6.74.16218381104550009").String())
	assert.Equal(t, "68fef89296f9e552",
		skyWalkingSpanID("a4ec6fc8ccab4bb4b682064698cc97e6.74.16218381104550008", 2).String())
	assert.Equal(t, "3cb8f3a1000040008000000000000001", skyWalkingTraceID("3cb8f3a1-0000-4000-8000-000000000001").String())
}
