package history

import (
	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// Slot is what was seen in the span time from Start to End, in Unix nanoseconds.
type Slot struct {
	Start, End int64
	Nodes      []Node
	Edges      []Edge
}

// Node is what was known of a node in a slot.
type Node struct {
	topology.NodeName

	Kind contract.NodeKind
	// Languages holds the languages seen under the name, busiest first.
	Languages    []contract.Language
	SDK, Runtime string
	Instances    int
	// Versions holds the values of service.version and the spans of each in the slot.
	Versions []Version
	// First is when the node was seen first of all, Last when it was seen last up to
	// the end of the slot.
	First, Last int64
}

// Version is a value of service.version and how many spans carried it.
type Version struct {
	Name  string
	Spans float64
}

// Edge is what an edge counted in a slot.
type Edge struct {
	topology.EdgeName

	// CallerMissing: the source stands for callers that were named and sent no span.
	CallerMissing                  bool
	SourceLanguage, TargetLanguage contract.Language
	// First is when the edge was seen first of all, Last when it was seen last up to
	// the end of the slot.
	First, Last int64
	Figures     topology.Figures
}
