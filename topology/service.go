package topology

import "hash/maphash"

// Resource is where spans come from: the resource attributes that the graph reads.
// Strings are read during [Graph.Service] only.
type Resource struct {
	Namespace, Name string
	// Instance tells the copies of one service apart; "" when nothing does.
	Instance                    string
	Version                     string // service.version
	SDKLanguage                 string // telemetry.sdk.language
	SDKName, SDKVersion         string
	RuntimeName, RuntimeVersion string
	JaegerVersion               string // client tag jaeger.version
	// Scope is an instrumentation scope name, wanted only when SDKLanguage and
	// RuntimeName are empty.
	Scope string
}

// Unidentified is the node name of spans without service.name: they are drawn, not dropped.
const Unidentified = "unidentified"

// ServiceID numbers one kind of resource: a service in one language, SDK and runtime.
// 0 is the service of everything beyond the bound.
type ServiceID uint32

const overflowService ServiceID = 0

// service is a [Resource] as the graph keeps it, without its instance.
type service struct {
	key      Resource // Instance is empty
	node     nodeID
	language languageID
	live     bool
	serial   uint32 // tells the service from an earlier one of the same number
	entered  uint32 // the edge on which a root entry was counted last
	spans    uint64
	// seen is by span time, lastArrival by the graph's clock (rule T8).
	seen        lifetime
	lastArrival int64
}

// servicesPerNode bounds the versions, languages, SDKs and runtimes told apart under one name.
const servicesPerNode = 8

// serviceTable numbers resources. It is a slab with a map into it; numbers of
// forgotten services are used again.
type serviceTable struct {
	byKey     map[Resource]ServiceID
	all       []service // all[0] is overflowService
	free      []ServiceID
	instances instanceTable
	seed      maphash.Seed
	refused   sketch // services beyond the bound
	serial    uint32 // of the service made last
}

func newServiceTable() serviceTable {
	return serviceTable{
		byKey:     map[Resource]ServiceID{},
		all:       []service{{node: overflowNode, live: true}},
		instances: newInstanceTable(),
		seed:      maphash.MakeSeed(),
	}
}

// Service numbers the resource of the spans that are added next. A name that no
// longer fits the bounds gives the overflow service, and is counted.
func (g *Graph) Service(r *Resource) ServiceID {
	t := &g.services
	key := *r
	key.Instance = ""
	key.Namespace, key.Name = g.cut(key.Namespace), g.cut(key.Name)
	id, ok := t.byKey[key]
	if !ok {
		id = g.newService(&key)
	}
	s := &t.all[id]
	s.lastArrival = g.now
	g.nodes.all[s.node].lastArrival = g.now
	if r.Instance != "" && s.node != overflowNode {
		t.instances.see(instanceKey{node: s.node, id: maphash.String(t.seed, r.Instance)}, g.now)
	}
	return id
}

// newService enters a resource that was not found as it came: its strings are kept
// from here on, so they are cut and made valid first.
func (g *Graph) newService(raw *Resource) ServiceID {
	t := &g.services
	key := Resource{
		Namespace: keep(raw.Namespace), Name: keep(raw.Name), Version: keep(raw.Version),
		SDKLanguage: keep(raw.SDKLanguage), SDKName: keep(raw.SDKName), SDKVersion: keep(raw.SDKVersion),
		RuntimeName: keep(raw.RuntimeName), RuntimeVersion: keep(raw.RuntimeVersion),
		JaegerVersion: keep(raw.JaegerVersion), Scope: keep(raw.Scope),
	}
	if id, ok := t.byKey[key]; ok {
		return id
	}
	name := key.Name
	if name == "" {
		name = Unidentified
		g.stats.Unidentified++
	}
	node := g.nodes.service(nodeKey{key.Namespace, name}, g.limits.MaxNodes)
	if node == overflowNode {
		g.stats.RefusedNodes++
		t.refused.see(maphash.Comparable(t.seed, nodeKey{key.Namespace, name}))
		return overflowService
	}
	language := languageOf(&key)
	if g.nodes.all[node].services >= servicesPerNode-1 {
		g.stats.RefusedVersions++
		key = Resource{Namespace: key.Namespace, Name: key.Name}
		if id, ok := t.byKey[key]; ok {
			return id
		}
	}
	id := t.slot()
	t.serial++
	t.all[id] = service{key: key, node: node, language: g.languages.number(language), live: true, serial: t.serial}
	t.byKey[key] = id
	g.nodes.all[node].services++
	return id
}

func (t *serviceTable) slot() ServiceID {
	if n := len(t.free); n > 0 {
		id := t.free[n-1]
		t.free = t.free[:n-1]
		return id
	}
	t.all = append(t.all, service{})
	return ServiceID(len(t.all) - 1)
}
