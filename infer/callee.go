package infer

// Callee collects what the attributes of a calling span say it calls, for
// [Span.Peer]: a service's name or an address, and for databases the system and
// namespace beside it. The zero value is ready.
type Callee struct {
	peer, system, namespace             string
	peerRank, systemRank, namespaceRank uint8
}

// CalleeRank is not 0 if a span attribute names a callee, in any spelling of the
// semantic conventions since 1.4 or of Jaeger's clients. Smaller is better.
func CalleeRank(key string) uint8 {
	switch key {
	case "service.peer.name":
		return 1
	case "peer.service":
		return 2
	case "server.address":
		return 3
	case "net.peer.name":
		return 4
	case "rpc.service":
		return 5
	case "messaging.destination.name":
		return 6
	case "messaging.destination":
		return 7
	case "peer.hostname":
		return 8
	case "peer.address":
		return 9
	case "net.peer.ip":
		return 10
	case "db.system.name":
		return system
	case "db.system":
		return system + 1
	case "db.type":
		return system + 2
	case "db.namespace":
		return namespace
	case "db.name":
		return namespace + 1
	case "db.instance":
		return namespace + 2
	default:
		return 0
	}
}

// The first ranks of a database's system and namespace.
const (
	system    = 32
	namespace = 64
)

// Add takes an attribute whose [CalleeRank] is not 0.
func (c *Callee) Add(rank uint8, value string) {
	switch {
	case value == "":
	case rank >= namespace:
		take(&c.namespace, &c.namespaceRank, rank, value)
	case rank >= system:
		take(&c.system, &c.systemRank, rank, value)
	default:
		take(&c.peer, &c.peerRank, rank, value)
	}
}

func take(to *string, best *uint8, rank uint8, value string) {
	if *best == 0 || rank < *best {
		*to, *best = value, rank
	}
}

// String is the callee's name, "" if none was seen.
func (c *Callee) String() string {
	name := c.peer
	for _, part := range [...]string{c.system, c.namespace} {
		switch {
		case part == "":
		case name == "":
			name = part
		default:
			name += " " + part
		}
	}
	return name
}
