package topology

import (
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// transportID numbers a transport of the graph.
type transportID uint8

// Fixed numbers of the transports that the semantic conventions tell. 0 is unknown.
const (
	transportUnknown transportID = iota
	transportHTTP
	transportGRPC
	transportUnix
	transportWebSocket
	transportThrift
	transportKafka
	transportAMQP
	transportNATS
	transportRedisStreams

	numFixedTransports
)

var fixedTransports = [numFixedTransports]contract.Transport{
	transportUnknown:      contract.TransportUnknown,
	transportHTTP:         contract.TransportHTTP,
	transportGRPC:         contract.TransportGRPC,
	transportUnix:         contract.TransportUnix,
	transportWebSocket:    contract.TransportWebSocket,
	transportThrift:       contract.TransportThrift,
	transportKafka:        contract.TransportKafka,
	transportAMQP:         contract.TransportAMQP,
	transportNATS:         contract.TransportNATS,
	transportRedisStreams: contract.TransportRedisStreams,
}

// specificity orders what tells a transport; where the two ends of a call
// disagree the more specific one is believed.
type specificity uint8

const (
	byNothing specificity = iota
	byUnix
	byHTTP
	byWebSocket
	byDatabase
	byMessaging
	byRPC
	byLane
)

// maxTransports bounds the table: lanes and database systems are names from outside.
const maxTransports = 255

// transportTable numbers transports. Constructor: newTransportTable.
type transportTable struct {
	names   []contract.Transport
	lanes   map[string]transportID // by value of polyspan.lane
	systems map[string]transportID // by value of db.system, in any spelling
	// dbSpellings translates db.system values of earlier conventions.
	dbSpellings map[string]string
	refused     uint64
}

func newTransportTable() transportTable {
	t := transportTable{
		names:   append(make([]contract.Transport, 0, maxTransports), fixedTransports[:]...),
		lanes:   map[string]transportID{},
		systems: map[string]transportID{},
	}
	for _, r := range contract.Renames() {
		if r.New == "db.system.name" {
			t.dbSpellings = r.Values
		}
	}
	return t
}

// of reads the transport from a span's attributes, and what told it.
func (t *transportTable) of(a *Attributes) (transportID, specificity) {
	if a.Lane != "" {
		return t.lane(a.Lane), byLane
	}
	switch a.RPCSystem {
	case "grpc":
		return transportGRPC, byRPC
	case "apache_thrift", "thrift":
		return transportThrift, byRPC
	}
	switch {
	case a.MessagingSystem != "":
		return ofBroker(a.MessagingSystem), byMessaging
	case a.DBSystem != "":
		return t.database(a.DBSystem), byDatabase
	case a.Protocols&ProtocolWebSocket != 0:
		return transportWebSocket, byWebSocket
	case a.Protocols&ProtocolHTTP != 0:
		return transportHTTP, byHTTP
	case a.Protocols&ProtocolUnix != 0:
		return transportUnix, byUnix
	}
	return transportUnknown, byNothing
}

func ofBroker(system string) transportID {
	switch system {
	case "kafka":
		return transportKafka
	case "rabbitmq", "activemq", "servicebus":
		return transportAMQP
	case "nats":
		return transportNATS
	case "redis":
		return transportRedisStreams
	}
	return transportUnknown
}

// ofPeer is the transport to a broker or database.
func (t *transportTable) ofPeer(key *peerKey) transportID {
	switch key.class {
	case peerBroker:
		return ofBroker(key.system)
	case peerDatabase:
		return t.database(key.system)
	}
	return transportUnknown
}

func (t *transportTable) lane(lane string) transportID {
	if id, ok := t.lanes[cut(lane)]; ok {
		return id
	}
	name := keep(lane)
	id := t.number(contract.Transport(name))
	if len(t.lanes) < maxTransports {
		t.lanes[name] = id
	}
	return id
}

func (t *transportTable) database(system string) transportID {
	if id, ok := t.systems[cut(system)]; ok {
		return id
	}
	name := keep(system)
	id := t.number(contract.DBTransport(t.databaseSystem(name)))
	if len(t.systems) < maxTransports {
		t.systems[name] = id
	}
	return id
}

// databaseSystem is the present spelling of a db.system value.
func (t *transportTable) databaseSystem(system string) string {
	if s, ok := t.dbSpellings[system]; ok {
		return s
	}
	return strings.ToLower(system)
}

func (t *transportTable) number(name contract.Transport) transportID {
	for i, n := range t.names {
		if n == name {
			return transportID(i)
		}
	}
	if len(t.names) == maxTransports {
		t.refused++
		return transportUnknown
	}
	t.names = append(t.names, name)
	return transportID(len(t.names) - 1)
}
