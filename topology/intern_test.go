package topology

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestInterned(t *testing.T) {
	in := newInterned()
	assert.Empty(t, in.keep(""))
	assert.Equal(t, "GET /orders", in.keep("GET /orders"))
	assert.Equal(t, "orders:80", in.address("orders", 80))
	assert.Equal(t, "orders", in.address("orders", 0))
	assert.Len(t, in.keep(strings.Repeat("x", 1<<16)), maxNameBytes)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		_ = in.keep("GET /orders")
		_ = in.address("orders", 80)
	}))
	for i := range 3 * maxInterned {
		in.keep(strconv.Itoa(i))
		in.address(strconv.Itoa(i), 1)
	}
	assert.LessOrEqual(t, len(in.texts), maxInterned)
	assert.LessOrEqual(t, len(in.addresses), maxInterned)
}
