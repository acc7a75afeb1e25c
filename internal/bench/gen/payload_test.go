package gen

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// A payload that is renewed is what the renewed batch would be on the wire.
func TestPayloadRenew(t *testing.T) {
	for _, td := range batches(t, Options{Seed: 3, Batches: 3, Traces: 20, Copies: 2, Spread: 5}) {
		p, err := NewPayload(td)
		require.NoError(t, err)
		assert.Equal(t, td.SpanCount(), p.Spans)
		for _, n := range []uint64{FirstGeneration, FirstGeneration + 77, 60 * FirstGeneration} {
			want := ptrace.NewTraces()
			td.CopyTo(want)
			Renew(want, n)
			p.Renew(n)
			got, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(p.Data)
			require.NoError(t, err)
			assert.Equal(t, want, got, "generation %d", n)
		}
	}
}

func TestPayloadOfOtherBytes(t *testing.T) {
	p := &Payload{}
	require.ErrorIs(t, p.locate([]byte{0x0a, 0x05, 1}, 0, inRequest), errPayload)
	require.ErrorIs(t, p.locate([]byte{0xff}, 0, inRequest), errPayload)
}
