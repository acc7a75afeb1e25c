package breaks

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/polyspan/polyspan/topology"
)

const (
	// maxAddresses bounds one generation of the address book: addresses are outside
	// input (a Host header).
	maxAddresses = 2048
	// maxBehind is how many services may be behind one address ("localhost") for the
	// address to say anything.
	maxBehind = 4
	// bookAge is how long a generation lasts.
	bookAge = int64(10 * time.Minute)
)

// addressBook knows which services were asked for by which address, as their own
// entries tell it. It has two generations, so that what is not seen again is forgotten.
type addressBook struct {
	young, old map[string][]topology.NodeName
	turned     int64
}

func newAddressBook() addressBook {
	return addressBook{young: map[string][]topology.NodeName{}, old: map[string][]topology.NodeName{}}
}

func (b *addressBook) see(address string, service topology.NodeName, now int64) {
	if address == "" {
		return
	}
	if now-b.turned > bookAge || len(b.young) >= maxAddresses {
		b.young, b.old, b.turned = map[string][]topology.NodeName{}, b.young, now
	}
	address = strings.ToLower(address)
	if known := b.young[address]; len(known) <= maxBehind && !slices.Contains(known, service) {
		b.young[address] = append(known, service)
	}
}

// services are those that were asked for by an address; none when they are too many.
func (b *addressBook) services(address string) []topology.NodeName {
	if address == "" {
		return nil
	}
	address = strings.ToLower(address)
	out := slices.Clone(b.young[address])
	for _, s := range b.old[address] {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if len(out) > maxBehind {
		return nil
	}
	return out
}

// seeHost is see for a host, of which callers may leave out the port.
func (b *addressBook) seeHost(address string, service topology.NodeName, now int64) {
	b.see(address, service, now)
	if host := hostOf(address); host != address {
		b.see(host, service, now)
	}
}

// hosts are the services that were asked for by a host and port; by the host alone
// when nobody was by both.
func (b *addressBook) hosts(address string) []topology.NodeName {
	if s := b.services(address); len(s) > 0 {
		return s
	}
	return b.services(hostOf(address))
}

// hostOf is an address without its port.
func hostOf(address string) string {
	if i := strings.LastIndexByte(address, ':'); i > 0 && strings.Trim(address[i+1:], "0123456789") == "" {
		return address[:i]
	}
	return address
}

// sameAddress reports whether two addresses may be the same: one may lack the port.
func sameAddress(a, b string) bool {
	switch {
	case a == "" || b == "":
		return false
	case strings.EqualFold(a, b):
		return true
	}
	hostA, hostB := hostOf(a), hostOf(b)
	return (hostA == a) != (hostB == b) && strings.EqualFold(hostA, hostB)
}

// hostLabel is the first label of a host: "orders" of "orders.shop.svc:8080". It is ""
// of an IP address.
func hostLabel(address string) string {
	host := hostOf(address)
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ""
	}
	label, _, _ := strings.Cut(host, ".")
	return strings.ToLower(label)
}
