package topology

import (
	"encoding/json"
	"slices"
)

// NodeGraphFields describes the rows of a [NodeGraph], as the Node Graph API data
// source wants to know before it asks for them.
type NodeGraphFields struct {
	Nodes []NodeGraphField `json:"nodes_fields"`
	Edges []NodeGraphField `json:"edges_fields"`
}

// NodeGraphField is one key of a row.
type NodeGraphField struct {
	Name string `json:"field_name"`
	// Type is "number" or "string".
	Type        string `json:"type"`
	Color       string `json:"color,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

const (
	fieldNumber = "number"
	fieldString = "string"
)

var (
	nodeFields = []NodeGraphField{
		{Name: "id", Type: fieldString},
		{Name: "title", Type: fieldString, DisplayName: "Service"},
		{Name: "subtitle", Type: fieldString},
		{Name: "mainstat", Type: fieldNumber, DisplayName: "p95 (ms)"},
		{Name: "secondarystat", Type: fieldNumber, DisplayName: "Calls per second"},
		{Name: "arc__ok", Type: fieldNumber, Color: "green", DisplayName: "Succeeded"},
		{Name: "arc__failed", Type: fieldNumber, Color: "red", DisplayName: "Failed"},
		{Name: "isInstrumented", Type: fieldString},
		{Name: "detail__kind", Type: fieldString, DisplayName: "Kind"},
		{Name: "detail__namespace", Type: fieldString, DisplayName: "Namespace"},
		{Name: "detail__language", Type: fieldString, DisplayName: "Language"},
		{Name: "detail__sdk", Type: fieldString, DisplayName: "SDK"},
		{Name: "detail__instances", Type: fieldNumber, DisplayName: "Instances"},
		{Name: "detail__error_ratio", Type: fieldNumber, DisplayName: "Share of errors"},
		{Name: "detail__p50", Type: fieldNumber, DisplayName: "p50 (ms)"},
		{Name: "detail__p99", Type: fieldNumber, DisplayName: "p99 (ms)"},
	}
	placeFields = []NodeGraphField{
		{Name: "fixedX", Type: fieldNumber},
		{Name: "fixedY", Type: fieldNumber},
	}
	edgeFields = []NodeGraphField{
		{Name: "id", Type: fieldString},
		{Name: "source", Type: fieldString},
		{Name: "target", Type: fieldString},
		{Name: "mainstat", Type: fieldNumber, DisplayName: "Calls per second"},
		{Name: "secondarystat", Type: fieldNumber, DisplayName: "p95 (ms)"},
		{Name: "thickness", Type: fieldNumber},
		{Name: "color", Type: fieldString},
		{Name: "strokeDasharray", Type: fieldString},
		{Name: "detail__transport", Type: fieldString, DisplayName: "Transport"},
		{Name: "detail__relation", Type: fieldString, DisplayName: "Relation"},
		{Name: "detail__client_language", Type: fieldString, DisplayName: "Caller's language"},
		{Name: "detail__server_language", Type: fieldString, DisplayName: "Callee's language"},
		{Name: "detail__error_ratio", Type: fieldNumber, DisplayName: "Share of errors"},
		{Name: "detail__boundary_p95", Type: fieldNumber, DisplayName: "Boundary p95 (ms)"},
		{Name: "detail__queue_p95", Type: fieldNumber, DisplayName: "Queue p95 (ms)"},
	}
)

// NodeGraphFieldsJSON renders the description of rows with places, or without.
func NodeGraphFieldsJSON(placed bool) ([]byte, error) {
	fields := NodeGraphFields{Nodes: nodeFields, Edges: edgeFields}
	if placed {
		fields.Nodes = slices.Concat(nodeFields, placeFields)
	}
	return json.Marshal(fields)
}

// sortedSet is the distinct texts in order.
func sortedSet(texts []string) []string {
	set := slices.Clone(texts)
	slices.Sort(set)
	return slices.Compact(set)
}
