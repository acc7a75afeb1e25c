package topology

import (
	"errors"
	"fmt"
	"time"
)

// Limits bound a graph; [DefaultLimits] are good for most.
type Limits struct {
	// Window is the time that rates and quantiles cover.
	Window time.Duration
	// Wait is how long a span is remembered for its partners, and MessageWait how long
	// one end of a message is.
	Wait, MessageWait time.Duration
	// Retention is after how long without traffic nodes and edges are forgotten.
	Retention time.Duration
	// MaxPending bounds the remembered spans, at 96 bytes each. When it is reached the
	// oldest are let go early. Messages may take half of it.
	MaxPending int
	// MaxNodes bounds the nodes; virtual ones may take half of it.
	MaxNodes int
	// MaxEdges bounds the edges, at about 2 kB each. One node may be the source of half
	// of them.
	MaxEdges int
	// MaxExternalPerClient bounds the virtual nodes that one service calls.
	MaxExternalPerClient int
}

// DefaultLimits are 5 minutes of figures, 100 000 remembered spans, 10 000 nodes.
func DefaultLimits() Limits {
	return Limits{
		Window:               5 * time.Minute,
		Wait:                 10 * time.Second,
		MessageWait:          5 * time.Minute,
		Retention:            15 * time.Minute,
		MaxPending:           100_000,
		MaxNodes:             10_000,
		MaxEdges:             20_000,
		MaxExternalPerClient: 100,
	}
}

func (l *Limits) validate() error {
	switch {
	case l.Window < windowSlots*time.Second:
		return fmt.Errorf("window %v is below %v", l.Window, windowSlots*time.Second)
	case l.Wait <= 0 || l.MessageWait < l.Wait:
		return fmt.Errorf("wait %v must be positive and no longer than message wait %v", l.Wait, l.MessageWait)
	case l.Retention <= l.MessageWait || l.Retention < l.Window:
		return fmt.Errorf("retention %v must be longer than message wait %v and no shorter than window %v", l.Retention, l.MessageWait, l.Window)
	case l.MaxPending < MinPending || l.MaxPending > MaxPending:
		return fmt.Errorf("max pending %d is not between %d and %d", l.MaxPending, MinPending, MaxPending)
	case l.MaxNodes < 2 || l.MaxEdges < 1 || l.MaxExternalPerClient < 1:
		return errors.New("maxima of nodes, edges and external peers must be positive, of nodes at least 2")
	}
	return nil
}

// Bounds of [Limits.MaxPending]: enough for the links of a span, and what an index
// entry can number.
const (
	MinPending = 1000
	MaxPending = 1_000_000
)

// Graph is the topology as it is drawn from spans. Make one with [New]; it is not
// safe for concurrent use.
type Graph struct {
	limits    Limits
	slotWidth int64 // nanoseconds of one part of the window
	now       int64 // the clock in Unix nanoseconds, moved by Advance only
	born      int64 // the clock at the first span, 0 before
	swept     int64 // the clock at the last sweep
	hands     hands
	readings  int // readings under way
	stats     Stats
	watcher   Watcher
	unmatched Unmatched // what is being told

	// What is remembered of single spans.
	slab            slab
	index           index
	calls, messages queue
	late            lateTable
	weights         weightTable
	details         detailTable
	interned        interned
	touched         entry // keeps the loads of prefetch from being left out

	// What is known of the services and between them.
	batch      []call // counted, and not yet added to their edges
	services   serviceTable
	nodes      nodeTable
	peers      peerTable
	aliases    aliasTable
	edges      edgeTable
	transports transportTable
	languages  languageTable
}

// New makes an empty graph whose clock stands at now.
func New(limits Limits, now time.Time) (*Graph, error) {
	if err := limits.validate(); err != nil {
		return nil, err
	}
	g := &Graph{
		limits:     limits,
		swept:      now.UnixNano(),
		slotWidth:  int64(limits.Window / windowSlots),
		now:        now.UnixNano(),
		slab:       newSlab(),
		index:      newIndex(),
		calls:      newQueue(int64(limits.Wait)),
		messages:   newQueue(int64(limits.MessageWait)),
		late:       newLateTable(limits.MaxPending),
		weights:    newWeightTable(),
		details:    newDetailTable(),
		interned:   newInterned(),
		services:   newServiceTable(),
		nodes:      newNodeTable(),
		peers:      newPeerTable(limits.MaxEdges),
		aliases:    newAliasTable(),
		edges:      newEdgeTable(),
		transports: newTransportTable(),
		languages:  newLanguageTable(),
	}
	return g, nil
}

// Advance moves the clock. Spans whose wait is over become what they are without a
// partner (rule T4), and what had no traffic for the retention is forgotten. A
// clock that goes backwards stands still.
func (g *Graph) Advance(now time.Time) {
	g.now = max(g.now, now.UnixNano())
	g.letGo(&g.calls)
	g.letGo(&g.messages)
	g.settle()
	g.sweep()
}
