package topology

import "github.com/polyspan/polyspan/contract"

// nodeID numbers a node of the graph.
type nodeID uint32

// Nodes that always exist.
const (
	// overflowNode stands for everything that no longer fits a bound (rule T11).
	overflowNode nodeID = iota
	// userNode is the caller of root entries (rule T3).
	userNode
	// missingNode is the caller of entries whose parent was named and never came.
	missingNode

	numFixedNodes
)

// Names of the fixed nodes, and of the callee of which nothing is known (rule T5).
const (
	OverflowName = "__overflow__"
	UserName     = "user"
	// CallerMissingName is the node of callers that were named and sent no span.
	CallerMissingName = "caller missing"
	UnknownName       = "unknown"
)

// nodeKey identifies a node: rule T1 for services, the name alone for the others.
type nodeKey struct{ namespace, name string }

func (k nodeKey) export() NodeName { return NodeName{k.namespace, k.name} }

// node is a service, or something that services call or are called by.
type node struct {
	key  nodeKey
	kind contract.NodeKind // "" in a free slot
	// services and edges count what refers to the node; it is forgotten only without any.
	services, edges uint32
	// out counts the edges that leave the node, peers the destinations it is known to call.
	out, peers uint32
	// serial tells the node from an earlier one of the same number.
	serial uint32
	// externals counts the edges from this node to nodes that are no services.
	externals uint32
	// seen holds the span times of services already forgotten.
	seen lifetime
	// lastArrival is the graph's clock when the node was last seen.
	lastArrival int64
}

// nodeTable is a slab of nodes with a map into it.
type nodeTable struct {
	byKey map[nodeKey]nodeID
	all   []node
	free  []nodeID
	// virtual counts the nodes that are no services; they may take half the bound.
	virtual int
	// shapes counts the nodes by the shape of their names: names made of ids may take
	// half the bound, so that one sender of such names leaves room to all others.
	shapes map[string]int
	// generation changes whenever a name may mean another node than before.
	generation uint32
	serial     uint32 // of the node made last
}

func newNodeTable() nodeTable {
	return nodeTable{
		byKey:  map[nodeKey]nodeID{},
		shapes: map[string]int{},
		all: []node{
			overflowNode: {key: nodeKey{name: OverflowName}, kind: contract.NodeExternal},
			userNode:     {key: nodeKey{name: UserName}, kind: contract.NodeUser},
			missingNode:  {key: nodeKey{name: CallerMissingName}, kind: contract.NodeExternal},
		},
	}
}

// service finds or makes the node of a service; overflowNode when there is no room.
// A name known so far only as somebody's peer becomes the service.
func (t *nodeTable) service(key nodeKey, limit int) nodeID {
	id, ok := t.byKey[key]
	if !ok {
		if len(t.byKey) >= limit || t.shapes[shape(key.name)] >= max(limit/2, 1) {
			return overflowNode
		}
		t.generation++
		return t.add(key, contract.NodeService)
	}
	if n := &t.all[id]; n.kind != contract.NodeService {
		n.kind = contract.NodeService
		t.virtual--
	}
	return id
}

// peer finds or makes the node of a virtual callee; overflowNode when there is no room.
func (t *nodeTable) peer(key nodeKey, kind contract.NodeKind, limit int) nodeID {
	if id, ok := t.byKey[key]; ok {
		return id
	}
	if len(t.byKey) >= limit || t.virtual >= limit/2 {
		return overflowNode
	}
	t.virtual++
	return t.add(key, kind)
}

func (t *nodeTable) add(key nodeKey, kind contract.NodeKind) nodeID {
	t.serial++
	t.shapes[shape(key.name)]++
	n := node{key: key, kind: kind, serial: t.serial}
	if last := len(t.free) - 1; last >= 0 {
		id := t.free[last]
		t.free = t.free[:last]
		n.peers = t.all[id].peers
		t.all[id] = n
		t.byKey[key] = id
		return id
	}
	t.all = append(t.all, n)
	id := nodeID(len(t.all) - 1)
	t.byKey[key] = id
	return id
}

func (t *nodeTable) remove(id nodeID) {
	n := &t.all[id]
	if n.kind != contract.NodeService {
		t.virtual--
	}
	delete(t.byKey, n.key)
	if s := shape(n.key.name); t.shapes[s] > 1 {
		t.shapes[s]--
	} else {
		delete(t.shapes, s)
	}
	// Destinations that this caller is known to call may stay in their table for a while.
	*n = node{peers: n.peers}
	t.free = append(t.free, id)
	t.generation++
}
