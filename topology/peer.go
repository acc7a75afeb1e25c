package topology

import (
	"hash/maphash"

	"github.com/polyspan/polyspan/contract"
)

// peerID numbers a destination as one caller sees it.
type peerID uint32

const (
	// unknownPeer is a destination of which the span says nothing.
	unknownPeer peerID = iota
	// overflowPeer stands for the destinations that no longer fit a bound (rule T11).
	overflowPeer

	numFixedPeers
)

// peerClass orders what names a destination, best last (rule T5).
type peerClass uint8

const (
	peerUnknown  peerClass = iota
	peerAddress            // server.address
	peerBroker             // messaging system and destination
	peerDatabase           // database system and namespace
	peerNamed              // service.peer.name
)

// peerKey identifies a destination. The caller is part of it because a peer name is
// looked up in the caller's namespace first, and because destinations are capped
// per caller.
type peerKey struct {
	caller nodeID
	class  peerClass
	port   uint16 // of the address, 0 when not told
	system string // of a broker or database
	name   string
	// address is where the caller called; a service may be known to answer there.
	address string
}

// peer is a destination that pending halves refer to.
type peer struct {
	key  peerKey
	hash uint32 // of key
	refs uint32 // pending halves; an entry without any may be reused
	// transport is that of a broker or database, whatever the span's own is: a
	// database behind HTTP is reached over its protocol.
	transport transportID
	// resolved: node is a service that was learned to be behind the address.
	resolved bool
	// node is good while generation is the node table's.
	node       nodeID
	generation uint32
	// alias is the service that last answered; it need not be learned anew until
	// aliasUntil, by the graph's clock.
	alias      nodeID
	edge       uint32 // on which a call to the destination was counted last
	aliasUntil int64
}

const (
	// minPeers is how many destinations may be known at a time at least. An address of
	// its own for every call must not grow the table without end.
	minPeers = 1 << 14
	// callerPart is the part of the table that one caller may have, so that there is
	// room for the others.
	callerPart = 8
)

// keyOfPeer says what a span's attributes call its destination (rule T5).
func (g *Graph) keyOfPeer(caller nodeID, a *Attributes) peerKey {
	k := peerKey{caller: caller}
	if a.ServerAddress != "" {
		k.class, k.address, k.port = peerAddress, g.cut(a.ServerAddress), a.ServerPort
	}
	switch {
	case a.PeerService != "":
		k.class, k.name = peerNamed, g.cut(a.PeerService)
	case a.MessagingSystem != "":
		// Which broker it is does not matter: topics have the same name on all of them.
		k.class, k.system, k.name = peerBroker, g.cut(a.MessagingSystem), g.cut(a.Destination)
		k.address, k.port = "", 0
	case a.DBSystem != "":
		k.class, k.system, k.name = peerDatabase, g.cut(a.DBSystem), g.cut(a.DBNamespace)
	}
	return k
}

// hold finds or makes the destination and counts a reference to it; overflowPeer when
// the caller has too many, or the table is full of destinations in use.
func (g *Graph) hold(key *peerKey) peerID {
	if key.class == peerUnknown {
		return unknownPeer
	}
	t := &g.peers
	hash := t.hash(key)
	id := t.find(hash, key)
	if id == unknownPeer {
		if id = g.keepPeer(key); id == overflowPeer {
			g.stats.RefusedPeers++
			return overflowPeer
		}
	}
	t.all[id].refs++
	return id
}

// keepPeer enters a destination that was not found as it came: its strings are kept
// from here on, so they are made valid first.
func (g *Graph) keepPeer(raw *peerKey) peerID {
	key := *raw
	key.system, key.name, key.address = keep(key.system), keep(key.name), keep(key.address)
	hash := g.peers.hash(&key)
	if id := g.peers.find(hash, &key); id != unknownPeer {
		return id
	}
	return g.addPeer(peer{key: key, hash: hash, transport: g.transports.ofPeer(&key)})
}

func (g *Graph) addPeer(n peer) peerID {
	t, caller := &g.peers, &g.nodes.all[n.key.caller]
	own := caller.peers >= uint32(t.limit/callerPart)
	if len(t.all) < t.limit && !own {
		t.all = append(t.all, n)
		id := peerID(len(t.all) - 1)
		t.insert(n.hash, id)
		caller.peers++
		return id
	}
	for range maxPeerSearch {
		t.hand++
		if t.hand < int(numFixedPeers) || t.hand >= len(t.all) {
			t.hand = int(numFixedPeers)
		}
		if p := &t.all[t.hand]; p.refs == 0 && (!own || p.key.caller == n.key.caller) {
			g.nodes.all[p.key.caller].peers--
			caller.peers++
			id := peerID(t.hand)
			t.remove(p.hash, id)
			*p = n
			t.insert(n.hash, id)
			return id
		}
	}
	return overflowPeer
}

// maxPeerSearch bounds the search for an entry to reuse.
const maxPeerSearch = 64

// transportTo is the transport of a call to a destination of which only the caller is known.
func (g *Graph) transportTo(h *half) transportID {
	p := &g.peers.all[h.peer]
	if h.told() == byLane || p.key.class != peerBroker && p.key.class != peerDatabase {
		return h.transport
	}
	return p.transport
}

// nodeOf is the node that stands for a destination when nothing better came.
func (g *Graph) nodeOf(id peerID, caller nodeID) nodeID {
	switch id {
	case unknownPeer:
		return g.virtualNode(&peerKey{caller: caller})
	case overflowPeer:
		return overflowNode
	}
	p := &g.peers.all[id]
	if p.generation != g.nodes.generation {
		p.node, p.resolved = g.aliased(&p.key)
		if !p.resolved {
			p.node = g.virtualNode(&p.key)
		}
		p.generation = g.nodes.generation
	}
	if p.node == overflowNode {
		g.stats.RefusedExternals++
	}
	return p.node
}

// virtualNode finds or makes the node named by a destination.
func (g *Graph) virtualNode(key *peerKey) nodeID {
	kind, name := contract.NodeExternal, key.label(g)
	switch key.class {
	case peerNamed:
		// A peer that is a service known by that name is that service.
		inNamespace := nodeKey{g.nodes.all[key.caller].key.namespace, key.name}
		if id, ok := g.nodes.byKey[inNamespace]; ok && g.nodes.all[id].kind == contract.NodeService {
			return id
		}
	case peerBroker:
		kind = contract.NodeMessaging
	case peerDatabase:
		kind = contract.NodeDatabase
	}
	caller := &g.nodes.all[key.caller]
	if _, known := g.nodes.byKey[nodeKey{name: name}]; !known && caller.externals >= uint32(g.limits.MaxExternalPerClient) {
		return overflowNode
	}
	return g.nodes.peer(nodeKey{name: name}, kind, g.limits.MaxNodes)
}

// label is what a destination's node is called.
func (k *peerKey) label(g *Graph) string {
	switch k.class {
	case peerAddress:
		return k.address
	case peerNamed:
		return k.name
	case peerBroker:
		return joinName(k.system, k.name)
	case peerDatabase:
		name := k.name
		if name == "" {
			name = k.address
		}
		return joinName(g.transports.databaseSystem(k.system), name)
	}
	return UnknownName
}

// joinName names a broker's destination or a database: "kafka:orders".
func joinName(system, name string) string {
	if name == "" {
		return system
	}
	return system + ":" + name
}

// hashOfPeer is the hash of a half's destination, for the estimate of what was refused.
func (g *Graph) hashOfPeer(h *half) uint64 {
	if h.peer == overflowPeer {
		return maphash.Comparable(g.services.seed, h.other)
	}
	return maphash.Comparable(g.services.seed, g.peers.all[h.peer].key)
}
