package topology

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
)

// maxAliases bounds the addresses whose service is known, at about 150 bytes each.
const maxAliases = 1 << 14

// aliasKey is an address under which services are called. What is loopback to a
// caller means something else to another.
type aliasKey struct {
	caller  nodeID // overflowNode: of all callers
	address string
	port    uint16
}

// alias is the service behind an address, learned from calls with both ends.
type alias struct {
	node nodeID
	// serial is that of the node when the alias was learned.
	serial uint32
	// conflict: calls to the address ended at different services, so it tells nothing.
	conflict bool
	seen     int64 // by the graph's clock
}

// aliasTable tells which service an address stands for (rule T5). Constructor: newAliasTable.
type aliasTable struct {
	byKey   map[aliasKey]*alias
	refused uint64
}

func newAliasTable() aliasTable { return aliasTable{byKey: map[aliasKey]*alias{}} }

func aliasKeyOf(k *peerKey) aliasKey {
	a := aliasKey{address: k.address, port: k.port}
	if loopback(k.address) {
		a.caller = k.caller
	}
	return a
}

// literal reports whether a host is an IP address.
func literal(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

func loopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// learnAlias takes from a call with both ends which service is behind the address that
// the caller called.
func (g *Graph) learnAlias(id peerID, callee nodeID) {
	p := &g.peers.all[id]
	if p.key.address == "" || callee == overflowNode {
		return
	}
	if p.aliasUntil > g.now && p.alias == callee {
		return // known, and confirmed of late
	}
	k := aliasKeyOf(&p.key)
	g.confirmAlias(k, callee)
	if k.port != 0 && literal(k.address) && !loopback(k.address) {
		// Who calls from an address of its own is the one who answers there.
		k.port = 0
		g.confirmAlias(k, callee)
	}
	p.alias, p.aliasUntil = callee, g.now+int64(g.limits.Retention)/4
}

func (g *Graph) confirmAlias(k aliasKey, callee nodeID) {
	t := &g.aliases
	serial := g.nodes.all[callee].serial
	a := t.byKey[k]
	switch {
	case a == nil && len(t.byKey) >= maxAliases:
		t.refused++
		return
	case a == nil:
		t.byKey[k] = &alias{node: callee, serial: serial, seen: g.now}
	case a.node == callee && a.serial == serial:
		a.seen = g.now
		return
	case g.now-a.seen > int64(g.limits.Retention) || g.nodes.all[a.node].serial != a.serial:
		*a = alias{node: callee, serial: serial, seen: g.now}
	case a.conflict:
		a.seen = g.now
		return
	default:
		a.conflict, a.seen = true, g.now
	}
	g.nodes.generation++ // names may mean another node now
}

// aliased is the service behind a destination's address, if one is known.
func (g *Graph) aliased(k *peerKey) (nodeID, bool) {
	a, ok := g.aliases.of(k)
	if !ok || a.conflict || g.nodes.all[a.node].serial != a.serial {
		return 0, false
	}
	return a.node, true
}

// of is what is known of a destination's address.
func (t *aliasTable) of(k *peerKey) (*alias, bool) {
	if k.address == "" {
		return nil, false
	}
	a, ok := t.byKey[aliasKeyOf(k)]
	return a, ok
}

// Alias is an address and the service that answers under it.
type Alias struct {
	Address string
	Port    uint16
	// Caller is set where the address means something to one caller only.
	Caller, Target NodeName
	Seen           int64 // Unix nanoseconds, by the graph's clock
}

// EachAlias visits the addresses whose service is known. The owner's lock is held
// while they are copied, not during the visits.
func EachAlias(l sync.Locker, g *Graph, visit func(Alias)) {
	for _, a := range g.copyAliases(l) {
		visit(a)
	}
}

func (g *Graph) copyAliases(l sync.Locker) []Alias {
	l.Lock()
	defer l.Unlock()
	all := make([]Alias, 0, len(g.aliases.byKey))
	for k, a := range g.aliases.byKey {
		target := &g.nodes.all[a.node]
		if a.conflict || target.serial != a.serial {
			continue
		}
		alias := Alias{Address: k.address, Port: k.port, Target: target.key.export(), Seen: a.seen}
		if k.caller != overflowNode {
			alias.Caller = g.nodes.all[k.caller].key.export()
		}
		all = append(all, alias)
	}
	return all
}

// RestoreAlias brings back what an earlier graph learned; its nodes must be there.
func (g *Graph) RestoreAlias(a Alias) error {
	target, ok := g.nodes.byKey[nodeKey{a.Target.Namespace, a.Target.Name}]
	if !ok {
		return fmt.Errorf("alias %q: no node %q", a.Address, a.Target.Name)
	}
	k := aliasKey{address: keep(a.Address), port: a.Port}
	if a.Caller != (NodeName{}) {
		if k.caller, ok = g.nodes.byKey[nodeKey{a.Caller.Namespace, a.Caller.Name}]; !ok {
			return fmt.Errorf("alias %q: no node %q", a.Address, a.Caller.Name)
		}
	}
	g.confirmAlias(k, target)
	if known := g.aliases.byKey[k]; known != nil {
		known.seen = min(a.Seen, g.now)
	}
	return nil
}
