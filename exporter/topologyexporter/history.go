package topologyexporter

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/history"
)

// historian writes what the graph counted, slot by slot of span time, into the
// history. It reads the graph as scrapes and views do: spans are never held up, and
// cost nothing more.
//
// A slot is written when it has been over for the grace, in which callers without a
// callee are still waited for, and again whenever late spans have changed it since.
type historian struct {
	lock  sync.Locker // of the graph
	graph *topology.Graph
	width int64 // of a slot, nanoseconds
	grace int64
	store *history.Store
	late  lateCalls

	// written and versions belong to the keeper's goroutine.
	written  map[topology.EdgeName]*writtenSlots
	versions versionCounts
	whole    int64 // end of the last slot whose nodes were written
}

// slotsOfWindow is how many slots of an edge may still change.
const slotsOfWindow = 6

// writtenSlots is what was written of an edge.
type writtenSlots struct {
	start [slotsOfWindow]int64
	calls [slotsOfWindow]float64
}

func newHistorian(lock sync.Locker, g *topology.Graph, wait time.Duration) *historian {
	width := int64(g.SlotWidth())
	return &historian{
		lock: lock, graph: g, width: width, grace: int64(wait) * 5 / 4,
		late:     lateCalls{width: width},
		written:  map[topology.EdgeName]*writtenSlots{},
		versions: newVersionCounts(width),
	}
}

// harvest writes the slots that are over and changed.
func (h *historian) harvest(ctx context.Context, now time.Time) error {
	return h.write(ctx, now, now.UnixNano()-h.grace)
}

// finish writes all slots as they are, at shutdown.
func (h *historian) finish(ctx context.Context, now time.Time) error {
	return h.write(ctx, now, now.UnixNano()+h.width)
}

// write writes the slots that ended before a time.
func (h *historian) write(ctx context.Context, now time.Time, before int64) error {
	slots := slotSet{width: h.width}
	for start := max(h.whole, h.oldest(now)); start+h.width <= before; start += h.width {
		slots.at(start)
		h.whole = start + h.width
	}
	live := map[topology.EdgeName]bool{}
	topology.EachEdge(h.lock, h.graph, now, func(e *topology.EdgeState) {
		for i := range e.Slots {
			s := &e.Slots[i]
			if s.Calls <= 0 || s.Start+h.width > before || !h.changed(e.EdgeName, s) {
				continue
			}
			slots.add(e, s, h.late.misplaced(e.EdgeName, s.Start))
		}
		live[e.EdgeName] = true
	})
	for name := range h.written {
		if !live[name] {
			delete(h.written, name)
		}
	}
	topology.EachNode(h.lock, h.graph, now, func(n *topology.NodeState) {
		h.versions.count(n, now.UnixNano())
		slots.addNode(n, &h.versions)
	})
	h.versions.looked(h.oldest(now))
	var errs []error
	for _, s := range slots.all {
		errs = append(errs, h.store.Write(ctx, s))
	}
	errs = append(errs, h.writeLate(ctx, now), h.store.Tidy(ctx, now))
	return errors.Join(errs...)
}

func (h *historian) writeLate(ctx context.Context, now time.Time) error {
	late := h.late.take(h.oldest(now))
	if len(late) == 0 {
		return nil
	}
	tooOld, err := h.store.WriteLate(ctx, now.UnixNano(), late)
	h.late.drop(tooOld)
	return err
}

// oldest is where the window's first slot begins.
func (h *historian) oldest(now time.Time) int64 {
	return (now.UnixNano()/h.width - slotsOfWindow + 1) * h.width
}

// changed reports whether a slot is not written as it is, and notes that it will be.
func (h *historian) changed(name topology.EdgeName, s *topology.Slot) bool {
	w := h.written[name]
	if w == nil {
		w = &writtenSlots{}
		h.written[name] = w
	}
	i := s.Start / h.width % slotsOfWindow
	if w.start[i] == s.Start && w.calls[i] == s.Calls {
		return false
	}
	w.start[i], w.calls[i] = s.Start, s.Calls
	return true
}

// live gives the slots of the window that touch a stretch of span time, as they are.
func (h *historian) live(now time.Time, from, to int64) []*history.Slot {
	if to <= h.oldest(now) {
		return nil
	}
	slots := slotSet{width: h.width}
	topology.EachEdge(h.lock, h.graph, now, func(e *topology.EdgeState) {
		for i := range e.Slots {
			if s := &e.Slots[i]; s.Calls > 0 && s.Start < to && s.Start+h.width > from {
				slots.add(e, s, h.late.misplaced(e.EdgeName, s.Start))
			}
		}
	})
	topology.EachNode(h.lock, h.graph, now, func(n *topology.NodeState) { slots.addNode(n, nil) })
	return slots.all
}

// slotSet collects slots of one width.
type slotSet struct {
	width int64
	all   []*history.Slot
	ends  map[slotEnd]bool
}

// slotEnd marks a node as an end of an edge of a slot.
type slotEnd struct {
	start int64
	name  topology.NodeName
}

func (s *slotSet) at(start int64) *history.Slot {
	for _, slot := range s.all {
		if slot.Start == start {
			return slot
		}
	}
	slot := &history.Slot{Start: start, End: start + s.width}
	s.all = append(s.all, slot)
	return slot
}

// add copies what an edge counted in a slot, less what does not belong there.
func (s *slotSet) add(e *topology.EdgeState, from *topology.Slot, less *topology.Figures) {
	slot := s.at(from.Start)
	f := copyFigures(&from.Figures)
	if less != nil {
		subtract(&f, less)
	}
	slot.Edges = append(slot.Edges, history.Edge{
		EdgeName: e.EdgeName, CallerMissing: e.CallerMissing,
		SourceLanguage: e.SourceLanguage, TargetLanguage: e.TargetLanguage,
		First: e.FirstSeen, Last: min(e.LastSeen, slot.End), Figures: f,
	})
	if s.ends == nil {
		s.ends = map[slotEnd]bool{}
	}
	s.ends[slotEnd{from.Start, e.Source}], s.ends[slotEnd{from.Start, e.Target}] = true, true
}

// addNode adds a node to the slots in which it was seen, or is an end of an edge.
func (s *slotSet) addNode(n *topology.NodeState, versions *versionCounts) {
	for _, slot := range s.all {
		seen := n.Kind == contract.NodeService && n.FirstSeen != 0 && n.FirstSeen < slot.End && n.LastSeen >= slot.Start
		if !seen && !s.ends[slotEnd{slot.Start, n.NodeName}] {
			continue
		}
		out := history.Node{
			NodeName: n.NodeName, Kind: n.Kind, SDK: n.SDK, Runtime: n.Runtime, Instances: n.Instances,
			First: n.FirstSeen, Last: min(n.LastSeen, slot.End), Languages: slices.Clone(n.Languages),
		}
		if len(out.Languages) == 0 && n.Language != "" {
			out.Languages = []contract.Language{n.Language}
		}
		if versions != nil {
			out.Versions = versions.in(slot.Start, n.NodeName)
		}
		slot.Nodes = append(slot.Nodes, out)
	}
}

func copyFigures(f *topology.Figures) topology.Figures {
	c := *f
	for _, h := range []*topology.Histogram{&c.Client, &c.Server, &c.Boundary, &c.Queue} {
		h.Counts = slices.Clone(h.Counts)
	}
	return c
}
