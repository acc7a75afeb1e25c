package topology

import "github.com/polyspan/polyspan/contract"

// peerID numbers a destination as one caller sees it.
type peerID uint32

// unknownPeer is a destination of which the span says nothing.
const unknownPeer peerID = 0

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
	system string // of a broker or database
	name   string
}

// peer is a destination that pending halves refer to.
type peer struct {
	key  peerKey
	refs uint32 // pending halves; an entry without any may be reused
	// transport is that of a broker or database, whatever the span's own is: a
	// database behind HTTP is reached over its protocol.
	transport transportID
	// node is good while generation is the node table's.
	node       nodeID
	generation uint32
}

// maxPeers bounds the destinations known at a time: pending halves need only a few
// thousand, and an address of its own for every call must not grow the table.
const maxPeers = 1 << 14

// peerTable numbers destinations. When it is full, the next entry that no half
// refers to is reused, clock-wise.
type peerTable struct {
	byKey map[peerKey]peerID
	all   []peer // all[0] is unknownPeer
	hand  int
}

func newPeerTable() peerTable {
	return peerTable{byKey: map[peerKey]peerID{}, all: make([]peer, 1)}
}

// keyOfPeer says what a span's attributes call its destination (rule T5).
func keyOfPeer(caller nodeID, a *Attributes) peerKey {
	switch {
	case a.PeerService != "":
		return peerKey{caller: caller, class: peerNamed, name: cut(a.PeerService)}
	case a.MessagingSystem != "":
		return peerKey{caller: caller, class: peerBroker, system: cut(a.MessagingSystem), name: cut(a.Destination)}
	case a.DBSystem != "" && a.DBNamespace == "":
		return peerKey{caller: caller, class: peerDatabase, system: cut(a.DBSystem), name: cut(a.ServerAddress)}
	case a.DBSystem != "":
		return peerKey{caller: caller, class: peerDatabase, system: cut(a.DBSystem), name: cut(a.DBNamespace)}
	case a.ServerAddress != "":
		return peerKey{caller: caller, class: peerAddress, name: cut(a.ServerAddress)}
	}
	return peerKey{caller: caller}
}

// hold finds or makes the destination and counts a reference to it; false when
// the table is full of destinations in use.
func (g *Graph) hold(key peerKey) (peerID, bool) {
	if key.class == peerUnknown {
		return unknownPeer, true
	}
	t := &g.peers
	id, ok := t.byKey[key]
	if !ok {
		key.system, key.name = keep(key.system), keep(key.name)
		if id, ok = t.byKey[key]; !ok {
			if id, ok = t.add(peer{key: key, transport: g.transports.ofPeer(&key)}); !ok {
				return unknownPeer, false
			}
		}
	}
	t.all[id].refs++
	return id, true
}

// retain counts one more reference to a destination that is held already.
func (t *peerTable) retain(id peerID) {
	if id != unknownPeer {
		t.all[id].refs++
	}
}

// release gives a reference back.
func (t *peerTable) release(id peerID) {
	if id != unknownPeer {
		t.all[id].refs--
	}
}

func (t *peerTable) add(n peer) (peerID, bool) {
	if len(t.all) < maxPeers {
		t.all = append(t.all, n)
		id := peerID(len(t.all) - 1)
		t.byKey[n.key] = id
		return id, true
	}
	for range len(t.all) - 1 {
		t.hand = t.hand%(len(t.all)-1) + 1
		if p := &t.all[t.hand]; p.refs == 0 {
			delete(t.byKey, p.key)
			*p = n
			t.byKey[n.key] = peerID(t.hand)
			return peerID(t.hand), true
		}
	}
	return unknownPeer, false
}

// transportTo is the transport of a call to a destination of which only the caller is known.
func (g *Graph) transportTo(h *half) transportID {
	p := &g.peers.all[h.peer]
	if h.told == byLane || p.key.class != peerBroker && p.key.class != peerDatabase {
		return h.transport
	}
	return p.transport
}

// nodeOf is the node that stands for a destination when nothing better came.
func (g *Graph) nodeOf(id peerID, caller nodeID) nodeID {
	if id == unknownPeer {
		return g.virtualNode(peerKey{caller: caller})
	}
	p := &g.peers.all[id]
	if p.generation != g.nodes.generation {
		p.node, p.generation = g.virtualNode(p.key), g.nodes.generation
	}
	if p.node == overflowNode {
		g.stats.RefusedExternals++
	}
	return p.node
}

// virtualNode finds or makes the node named by a destination.
func (g *Graph) virtualNode(key peerKey) nodeID {
	kind, name := contract.NodeExternal, key.name
	switch key.class {
	case peerUnknown:
		name = UnknownName
	case peerNamed:
		// A peer that is a service known by that name is that service.
		inNamespace := nodeKey{g.nodes.all[key.caller].key.namespace, key.name}
		if id, ok := g.nodes.byKey[inNamespace]; ok && g.nodes.all[id].kind == contract.NodeService {
			return id
		}
	case peerBroker:
		kind, name = contract.NodeMessaging, joinName(key.system, key.name)
	case peerDatabase:
		kind, name = contract.NodeDatabase, joinName(g.transports.databaseSystem(key.system), key.name)
	}
	caller := &g.nodes.all[key.caller]
	if _, known := g.nodes.byKey[nodeKey{name: name}]; !known && caller.externals >= uint32(g.limits.MaxExternalPerClient) {
		return overflowNode
	}
	return g.nodes.peer(nodeKey{name: name}, kind, g.limits.MaxNodes)
}

// joinName names a broker's destination or a database: "kafka:orders".
func joinName(system, name string) string {
	if name == "" {
		return system
	}
	return system + ":" + name
}
