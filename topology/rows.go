package topology

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/polyspan/polyspan/contract"
)

// nodeRow is a copy of a node and of what its resources add up to.
type nodeRow struct {
	key         nodeKey
	kind        contract.NodeKind
	lastArrival int64
	seen        lifetime
	// spans counts the spans of a service by language.
	spans     []languageCount
	latest    latestResource
	instances int
	versions  []VersionState
}

type languageCount struct {
	language contract.Language
	spans    uint64
}

// latestResource is what the resource seen last tells.
type latestResource struct {
	arrival      int64
	sdk, runtime string
}

// readRows copies the nodes, and the resources and instances of each that were seen
// within the window, a slice at a time; free places are left out.
func (r *reading) readRows(visit func(nodeID, nodeRow)) {
	var rows []nodeRow
	r.slices(func() int { return len(r.g.nodes.all) }, func(i int) {
		n := &r.g.nodes.all[i]
		rows = append(rows, nodeRow{key: n.key, kind: n.kind, lastArrival: n.lastArrival, seen: n.seen})
	})
	r.slices(func() int { return len(r.g.services.all) }, func(i int) {
		if s := &r.g.services.all[i]; s.live && int(s.node) < len(rows) {
			rows[s.node].addResource(r, s)
		}
	})
	r.slices(func() int { return len(r.g.services.instances.all) }, func(i int) {
		if n := &r.g.services.instances.all[i]; n.last >= r.oldest && int(n.node) < len(rows) {
			rows[n.node].instances++
		}
	})
	for i := range rows {
		if rows[i].kind != "" {
			visit(nodeID(i), rows[i])
		}
	}
}

// slices goes through a table, which may grow meanwhile, holding the lock for so many
// rows at a time.
func (r *reading) slices(size func() int, row func(int)) {
	for next, more := 0, true; more; {
		func() {
			r.lock.Lock()
			defer r.lock.Unlock()
			end := min(next+readRows, size())
			for ; next < end; next++ {
				row(next)
			}
			more = next < size()
		}()
	}
}

func (n *nodeRow) addResource(r *reading, s *service) {
	n.addVersion(s)
	if s.lastArrival < r.oldest {
		return
	}
	n.seen.see(s.seen.first, s.seen.last)
	if s.lastArrival > n.latest.arrival {
		n.latest = latestResource{
			arrival: s.lastArrival,
			sdk:     joinVersion(s.key.SDKName, s.key.SDKVersion),
			runtime: joinVersion(s.key.RuntimeName, s.key.RuntimeVersion),
		}
	}
	l := r.g.languages.names[s.language]
	if at := slices.IndexFunc(n.spans, func(c languageCount) bool { return c.language == l }); at >= 0 {
		n.spans[at].spans += s.spans
	} else if s.language != 0 {
		n.spans = append(n.spans, languageCount{l, s.spans})
	}
}

func (n *nodeRow) addVersion(s *service) {
	if s.key.Version == "" {
		return
	}
	at := slices.IndexFunc(n.versions, func(v VersionState) bool { return v.Version == s.key.Version })
	if at < 0 {
		at = len(n.versions)
		n.versions = append(n.versions, VersionState{Version: s.key.Version})
	}
	v := &n.versions[at]
	seen := lifetime{v.FirstSeen, v.LastSeen}
	seen.see(s.seen.first, s.seen.last)
	v.Spans += s.spans
	v.FirstSeen, v.LastSeen = seen.first, seen.last
}

// busiest are the languages of a service, busiest first.
func (n *nodeRow) busiest() []contract.Language {
	slices.SortFunc(n.spans, func(a, b languageCount) int {
		return cmp.Or(cmp.Compare(b.spans, a.spans), cmp.Compare(a.language, b.language))
	})
	var languages []contract.Language
	for _, c := range n.spans {
		languages = append(languages, c.language)
	}
	return languages
}

// EachNode visits every node, as [EachEdge] does the edges. The state and what it
// refers to may be kept.
func EachNode(l sync.Locker, g *Graph, now time.Time, visit func(*NodeState)) {
	r := read(l, g, now)
	defer r.end()
	r.readRows(func(_ nodeID, n nodeRow) {
		s := NodeState{
			NodeName: NodeName{n.key.namespace, n.key.name}, Kind: n.kind, Instances: n.instances,
			SDK: n.latest.sdk, Runtime: n.latest.runtime, Versions: n.versions,
			LastArrival: time.Unix(0, n.lastArrival).UTC(), FirstSeen: n.seen.first, LastSeen: n.seen.last,
		}
		if languages := n.busiest(); len(languages) > 0 {
			s.Language = languages[0]
			if len(languages) > 1 {
				s.Languages = languages
			}
		}
		visit(&s)
	})
}
