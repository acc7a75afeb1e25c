package polyglot

import (
	"fmt"
	"math/rand/v2"
)

// Order is the request body of the gateway.
type Order struct {
	OrderID  string      `json:"order_id"`
	Customer string      `json:"customer"`
	Lines    []OrderLine `json:"lines"`
}

// OrderLine is one position of an order.
type OrderLine struct {
	SKU            string `json:"sku"`
	Quantity       int64  `json:"quantity"`
	UnitPriceCents int64  `json:"unit_price_cents"`
}

// orderSeed makes every run send the same orders.
const orderSeed = 20260101

// NewOrder returns the i-th order: the same in every run, with 1 to 5 lines.
func NewOrder(i uint64) Order {
	r := rand.New(rand.NewPCG(orderSeed, i))
	o := Order{
		OrderID:  fmt.Sprintf("o-%d", i),
		Customer: fmt.Sprintf("c-%d", r.IntN(100)),
		Lines:    make([]OrderLine, 1+r.IntN(5)),
	}
	for n := range o.Lines {
		o.Lines[n] = OrderLine{
			SKU:            fmt.Sprintf("A%d", 1+r.IntN(500)),
			Quantity:       1 + r.Int64N(9),
			UnitPriceCents: 50 + r.Int64N(20000),
		}
	}
	return o
}

// TotalCents is what the system must answer for the order.
func (o Order) TotalCents() int64 {
	var sum int64
	for _, l := range o.Lines {
		sum += l.Quantity * l.UnitPriceCents
	}
	return sum
}
