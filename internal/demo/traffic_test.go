package main

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/polyspan/polyspan/internal/polyglot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// slow is a sender that answers after a while, with an error if it has one.
type slow struct {
	takes time.Duration
	err   error
}

func (s slow) SendOne(ctx context.Context) polyglot.Result {
	select {
	case <-time.After(s.takes):
		return polyglot.Result{Err: s.err}
	case <-ctx.Done():
		return polyglot.Result{Err: ctx.Err()}
	}
}

// plain is a monitor that says the same each time, or fails.
type plain struct{ err error }

func (p plain) status(context.Context, counts) (string, error) { return "fine", p.err }

func TestTraffic(t *testing.T) {
	refused := errors.New("refused")
	tests := []struct {
		name    string
		sender  slow
		seconds int
		want    counts
		wantOut string
	}{
		{
			name: "steady rate", sender: slow{takes: 300 * time.Millisecond}, seconds: 25,
			want: counts{sent: 249, succeeded: 249}, wantOut: "   10s  fine\n   20s  fine\n",
		},
		{
			name: "those under way are bounded, and answered", sender: slow{takes: time.Minute}, seconds: 9,
			want: counts{sent: maxInFlight, succeeded: maxInFlight},
		},
		{
			name: "failures", sender: slow{err: refused}, seconds: 1,
			want: counts{sent: 9, firstErr: refused},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				tr := newTraffic(tt.sender)
				// Half a tick less, so that the end does not coincide with one.
				duration := time.Duration(tt.seconds)*time.Second - 50*time.Millisecond
				require.NoError(t, tr.run(t.Context(), &out, duration, plain{}))
				assert.Equal(t, tt.want, tr.soFar())
				assert.Equal(t, tt.wantOut, out.String())
			})
		})
	}
}

func TestTrafficEnds(t *testing.T) {
	t.Run("by the interrupt, after the answers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, interrupt := context.WithTimeout(t.Context(), 2050*time.Millisecond)
			defer interrupt()
			tr := newTraffic(slow{takes: time.Second})
			require.NoError(t, tr.run(ctx, &bytes.Buffer{}, 0, plain{}))
			assert.Equal(t, counts{sent: 20, succeeded: 20}, tr.soFar())
		})
	})
	t.Run("by the monitor", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			gone := errors.New("gone")
			require.ErrorIs(t, newTraffic(slow{}).run(t.Context(), &bytes.Buffer{}, 0, plain{err: gone}), gone)
		})
	})
}
