package infer_test

import (
	"testing"

	"github.com/polyspan/polyspan/infer"
)

func TestCallee(t *testing.T) {
	tests := []struct {
		name       string
		attributes [][2]string
		want       string
	}{
		{name: "nothing", attributes: [][2]string{{"http.request.method", "GET"}}},
		{name: "the better name wins in any order", attributes: [][2]string{{"net.peer.name", "10.0.0.7"}, {"peer.service", "cart"}, {"server.address", "cart.shop"}}, want: "cart"},
		{name: "an empty name is none", attributes: [][2]string{{"peer.service", ""}, {"server.address", "cart.shop"}}, want: "cart.shop"},
		{name: "database", attributes: [][2]string{{"db.namespace", "orders"}, {"server.address", "pg-1"}, {"db.system", "postgresql"}}, want: "pg-1 postgresql orders"},
		{name: "database without an address", attributes: [][2]string{{"db.name", "0"}, {"db.system.name", "redis"}}, want: "redis 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c infer.Callee
			for _, a := range tt.attributes {
				if rank := infer.CalleeRank(a[0]); rank != 0 {
					c.Add(rank, a[1])
				}
			}
			if got := c.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
