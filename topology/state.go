package topology

import (
	"time"

	"github.com/polyspan/polyspan/contract"
)

// NodeName tells nodes apart (rule T1).
type NodeName struct{ Namespace, Name string }

// EdgeName tells edges apart (rule T2).
type EdgeName struct {
	Source, Target NodeName
	Transport      contract.Transport
	Relation       contract.Relation
}

// EdgeState is a copy of all that is known of an edge. [EachEdge] uses its memory
// again for the next edge.
type EdgeState struct {
	EdgeName
	SourceKind, TargetKind         contract.NodeKind
	SourceLanguage, TargetLanguage contract.Language
	// CallerMissing: the source stands for callers that sent no span.
	CallerMissing bool
	// Created and LastArrival are by the graph's clock, FirstSeen and LastSeen by span
	// time (rule T8).
	Created, LastArrival time.Time
	FirstSeen, LastSeen  int64 // Unix nanoseconds
	// Total is what was counted since Created, restored figures included.
	Total Figures
	// Slots are the parts of the window by span time, oldest first. What arrives late
	// changes them, so a reader replaces what it knew of a slot.
	Slots []Slot
	// Via are the destinations that messages took, Exemplars a recent slow and a recent
	// failed call.
	Via       []Via
	Exemplars []Exemplar
	// Refused estimates how many distinct edges an overflow edge stands for (rule T11).
	Refused float64
}

// Slot is what an edge counted in one part of the window, [Graph.SlotWidth] wide.
type Slot struct {
	Start int64 // Unix nanoseconds
	Figures
}

// Via is a broker's destination and the messages that were seen to take it.
type Via struct {
	Name  string
	Calls float64
}

// Exemplar is one call of an edge.
type Exemplar struct {
	Trace   TraceID
	Span    SpanID
	At      int64 // Unix nanoseconds, span time
	Seconds float64
	Failed  bool
}

// NodeState is a copy of what is known of a node beside its edges.
type NodeState struct {
	NodeName
	Kind contract.NodeKind
	// Language is the busiest of Languages, which are told apart only where there are several.
	Language     contract.Language
	Languages    []contract.Language
	SDK, Runtime string
	// Instances were seen within the window.
	Instances int
	Versions  []VersionState
	// LastArrival is by the graph's clock, FirstSeen and LastSeen by span time.
	LastArrival         time.Time
	FirstSeen, LastSeen int64 // Unix nanoseconds, 0 when never
}

// VersionState is one service.version of a node.
type VersionState struct {
	Version string
	// Spans counts since the version was first seen, or seen anew after it was forgotten.
	Spans               uint64
	FirstSeen, LastSeen int64 // Unix nanoseconds
}

// SlotWidth is the width of a part of the window.
func (g *Graph) SlotWidth() time.Duration { return time.Duration(g.slotWidth) }
