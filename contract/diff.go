package contract

import "time"

// TopologyDiff is the JSON document of GET /api/v1/topology/diff: what is different
// between two looks at the topology. Only differences are listed.
type TopologyDiff struct {
	Version int      `json:"version"`
	From    DiffSide `json:"from"`
	To      DiffSide `json:"to"`
	// Nodes and Edges are sorted by id and never null.
	Nodes []NodeDiff `json:"nodes"`
	Edges []EdgeDiff `json:"edges"`
}

// DiffSide is what one side of a diff is a look at.
type DiffSide struct {
	// AsOf is the end of the span time that the figures cover, WindowSeconds its length.
	AsOf          time.Time `json:"as_of,omitzero"`
	WindowSeconds float64   `json:"window_seconds"`
	// Service and ServiceVersion are set where two versions of a service are compared.
	Service        string `json:"service,omitempty"`
	ServiceVersion string `json:"service_version,omitempty"`
}

// ChangeKind says what happened to a node or an edge.
type ChangeKind string

// Change kinds.
const (
	ChangeAdded   ChangeKind = "added"
	ChangeGone    ChangeKind = "gone"
	ChangeChanged ChangeKind = "changed"
)

// DiffFigures are the figures of one side. Absent data is absent, never 0.
type DiffFigures struct {
	Rate            *float64   `json:"rate,omitempty"`
	ErrorRatio      *float64   `json:"error_ratio,omitempty"`
	ClientSeconds   *Quantiles `json:"client_seconds,omitempty"`
	ServerSeconds   *Quantiles `json:"server_seconds,omitempty"`
	BoundarySeconds *Quantiles `json:"boundary_seconds,omitempty"`
	QueueSeconds    *Quantiles `json:"queue_seconds,omitempty"`
}

// NodeDiff is a node that came, went or changed.
type NodeDiff struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Namespace string     `json:"namespace,omitempty"`
	Kind      NodeKind   `json:"kind"`
	Language  string     `json:"language,omitempty"`
	Change    ChangeKind `json:"change"`
	// Changed names the figures that changed, as they are called in From and To.
	Changed   []string     `json:"changed,omitempty"`
	From      *DiffFigures `json:"from,omitempty"`
	To        *DiffFigures `json:"to,omitempty"`
	FirstSeen time.Time    `json:"first_seen,omitzero"`
	LastSeen  time.Time    `json:"last_seen,omitzero"`
}

// EdgeDiff is an edge that came, went or changed.
type EdgeDiff struct {
	ID             string     `json:"id"`
	Source         string     `json:"source"`
	Target         string     `json:"target"`
	Transport      Transport  `json:"transport"`
	Relation       Relation   `json:"relation"`
	ClientLanguage string     `json:"client_language,omitempty"`
	ServerLanguage string     `json:"server_language,omitempty"`
	Change         ChangeKind `json:"change"`
	// Changed names the figures that changed, as they are called in From and To.
	Changed   []string     `json:"changed,omitempty"`
	From      *DiffFigures `json:"from,omitempty"`
	To        *DiffFigures `json:"to,omitempty"`
	FirstSeen time.Time    `json:"first_seen,omitzero"`
	LastSeen  time.Time    `json:"last_seen,omitzero"`
}
