package topology

// maxInstances bounds the service instances counted over all nodes; 48 bytes each.
const maxInstances = 1 << 16

// instanceKey is one copy of a service, by the hash of its id.
type instanceKey struct {
	node nodeID
	id   uint64
}

// instance is a copy of a service and when it was last seen, by the graph's clock.
type instance struct {
	instanceKey
	last int64
}

// instanceTable is a dense list of instances with a map into it. Constructor:
// newInstanceTable.
type instanceTable struct {
	byKey map[instanceKey]uint32
	all   []instance
}

func newInstanceTable() instanceTable { return instanceTable{byKey: map[instanceKey]uint32{}} }

// see notes that an instance is there; new ones beyond the bound are left out.
func (t *instanceTable) see(k instanceKey, now int64) {
	if i, ok := t.byKey[k]; ok {
		t.all[i].last = now
		return
	}
	if len(t.all) < maxInstances {
		t.byKey[k] = uint32(len(t.all))
		t.all = append(t.all, instance{k, now})
	}
}

// remove takes an instance out; the last one takes its place.
func (t *instanceTable) remove(i int) {
	last := len(t.all) - 1
	delete(t.byKey, t.all[i].instanceKey)
	if i != last {
		t.all[i] = t.all[last]
		t.byKey[t.all[i].instanceKey] = uint32(i)
	}
	t.all = t.all[:last]
}
