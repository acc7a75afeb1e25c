package polyglot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewOrder(t *testing.T) {
	first, again := NewOrder(7), NewOrder(7)
	assert.Equal(t, first, again, "the same in every run")
	assert.NotEqual(t, NewOrder(7).Lines, NewOrder(8).Lines)
	for i := range uint64(500) {
		o := NewOrder(i)
		require.NotEmpty(t, o.Lines)
		for _, l := range o.Lines {
			require.Positive(t, l.Quantity)
			require.Positive(t, l.UnitPriceCents)
		}
	}
	o := Order{Lines: []OrderLine{{Quantity: 2, UnitPriceCents: 1250}, {Quantity: 1, UnitPriceCents: 5}}}
	assert.Equal(t, int64(2505), o.TotalCents())
}

// sendTo sends n orders to a handler that gets each decoded order.
func sendTo(t *testing.T, e entry, n int, handler func(http.ResponseWriter, *http.Request, Order)) []Result {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var o Order
		if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		handler(w, r, o)
	}))
	defer server.Close()
	e.url = server.URL
	s := &System{entry: e, client: newClient()}
	defer s.client.CloseIdleConnections()
	return s.Send(t.Context(), n, 4)
}

func TestSend(t *testing.T) {
	results := sendTo(t, entry{mintsID: true}, 20, func(w http.ResponseWriter, r *http.Request, o Order) {
		for name := range r.Header {
			if n := strings.ToLower(name); n == "traceparent" || n == "x-trace-id" || strings.Contains(n, "b3") {
				http.Error(w, "trace context in "+name, http.StatusBadRequest)
				return
			}
		}
		fmt.Fprintf(w, `{"order_id":%q,"total_cents":%d,"trace_id":"t-%s"}`, o.OrderID, o.TotalCents(), o.OrderID)
	})
	seen := map[string]bool{}
	for _, r := range results {
		require.NoError(t, r.Err)
		assert.Equal(t, "t-"+r.OrderID, r.TraceID)
		seen[r.OrderID] = true
	}
	assert.Len(t, seen, 20, "every order is sent once")
}

func TestSendWithoutGateway(t *testing.T) {
	results := sendTo(t, entry{}, 3, func(w http.ResponseWriter, r *http.Request, o Order) {
		if r.Header.Get("x-trace-id") == "" {
			http.Error(w, "no x-trace-id", http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, `{"order_id":%q,"total_cents":%d}`, o.OrderID, o.TotalCents())
	})
	for _, r := range results {
		require.NoError(t, r.Err)
		assert.NotEmpty(t, r.TraceID)
	}
}

func TestSendErrors(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"refused", 502, "no pricing\n", "order o-1: 502 Bad Gateway: no pricing"},
		{"not JSON", 200, "<html>", `order o-1: answer "<html>": invalid character`},
		{"wrong order", 200, `{"order_id":"o-2"}`, `order o-1: answer {"order_id":"o-2"}: want order_id o-1, total_cents `},
		{"no trace id", 200, fmt.Sprintf(`{"order_id":"o-1","total_cents":%d}`, NewOrder(1).TotalCents()), "and a trace_id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			results := sendTo(t, entry{mintsID: true}, 1, func(w http.ResponseWriter, _ *http.Request, _ Order) {
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			})
			require.ErrorContains(t, results[0].Err, tt.want)
		})
	}
}
