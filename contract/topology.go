package contract

import "time"

// TopologyVersion is the version of the [Topology] document.
const TopologyVersion = 1

// Topology is the JSON document of GET /api/v1/topology. Absent data is absent
// from the JSON, never 0: every optional number is a pointer.
type Topology struct {
	Version int `json:"version"`
	// AsOf is the instant the figures are for; they cover WindowSeconds before it.
	AsOf          time.Time `json:"as_of"`
	WindowSeconds float64   `json:"window_seconds"`
	// Trust is what the exporter knows of itself; only the present topology has it.
	Trust *TopologyTrust `json:"trust,omitempty"`
	// Nodes and Edges are sorted by id and never null.
	Nodes []TopologyNode `json:"nodes"`
	Edges []TopologyEdge `json:"edges"`
}

// TopologyTrust says how far a topology is to be trusted: what became of the spans that
// it was drawn from, since the exporter started.
type TopologyTrust struct {
	Spans uint64 `json:"spans"`
	Calls uint64 `json:"calls"`
	// Paired are the calls of which both ends were seen.
	Paired uint64 `json:"paired"`
	// CalleeMissing and CallerMissing count the ends whose other end never came, Late the
	// calls whose second end came too late, Evicted the ends that a bound let go early.
	CalleeMissing uint64 `json:"callee_missing"`
	CallerMissing uint64 `json:"caller_missing"`
	Late          uint64 `json:"late"`
	Evicted       uint64 `json:"evicted"`
	// Duplicates are spans that were received before.
	Duplicates uint64 `json:"duplicates"`
	// Refused counts what a bound turned away; it is drawn as an overflow node.
	Refused uint64 `json:"refused"`
	// PendingCalls and PendingMessages are the spans remembered for the other end of their
	// call or message, or for further ones: a message may have many consumers.
	PendingCalls    int `json:"pending_calls"`
	PendingMessages int `json:"pending_messages"`
	// SpanToPicture is the time from the arrival of a span to a topology with it, while
	// somebody looks.
	SpanToPicture *Quantiles `json:"span_to_picture_seconds,omitempty"`
}

// NodeKind says what a node stands for.
type NodeKind string

// Node kinds.
const (
	NodeService   NodeKind = "service"
	NodeDatabase  NodeKind = "database"
	NodeMessaging NodeKind = "messaging"
	NodeExternal  NodeKind = "external"
	NodeUser      NodeKind = "user"
)

// Relation says what an edge means.
type Relation string

// Relations.
const (
	RelationCall      Relation = "call"
	RelationMessage   Relation = "message"
	RelationTelemetry Relation = "telemetry"
)

// TopologyNode is a service, database, broker, external peer or the user.
type TopologyNode struct {
	// ID is "namespace/name", or "name" without a namespace; unique in the document.
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Namespace string   `json:"namespace,omitempty"`
	Kind      NodeKind `json:"kind"`
	// Language is the busiest language seen under this name (telemetry.sdk.language or detected).
	Language string `json:"language,omitempty"`
	// Languages holds all of them, busiest first, when there is more than one (rule T1).
	Languages []string `json:"languages,omitempty"`
	SDK       string   `json:"sdk,omitempty"`
	Runtime   string   `json:"runtime,omitempty"`
	// Instances is the number of distinct service instances seen in the window.
	Instances *int `json:"instances,omitempty"`
	// Rate is calls and messages received per second over the window.
	Rate          *float64   `json:"rate,omitempty"`
	ErrorRatio    *float64   `json:"error_ratio,omitempty"`
	ServerSeconds *Quantiles `json:"server_seconds,omitempty"`
	// CriticalShare is the part of its callers' time that calls to the node took.
	CriticalShare   *float64           `json:"critical_share,omitempty"`
	Vulnerabilities *VulnerabilitySums `json:"vulnerabilities,omitempty"`
	// X and Y are where the node stands in a picture, in pixels, if that was asked for.
	X         *float64  `json:"x,omitempty"`
	Y         *float64  `json:"y,omitempty"`
	FirstSeen time.Time `json:"first_seen,omitzero"`
	LastSeen  time.Time `json:"last_seen,omitzero"`
}

// TopologyEdge is all calls or messages from Source to Target over one transport.
type TopologyEdge struct {
	ID        string    `json:"id"`
	Source    string    `json:"source"`
	Target    string    `json:"target"`
	Transport Transport `json:"transport"`
	Relation  Relation  `json:"relation"`
	// Languages of the two ends as seen on this edge.
	ClientLanguage string `json:"client_language,omitempty"`
	ServerLanguage string `json:"server_language,omitempty"`
	// Rate is calls or messages per second over the window.
	Rate          *float64   `json:"rate,omitempty"`
	ErrorRatio    *float64   `json:"error_ratio,omitempty"`
	ClientSeconds *Quantiles `json:"client_seconds,omitempty"`
	ServerSeconds *Quantiles `json:"server_seconds,omitempty"`
	// BoundarySeconds is the caller's duration minus the callee's of the same call (rule T7).
	BoundarySeconds *Quantiles `json:"boundary_seconds,omitempty"`
	// QueueSeconds is consumer start minus producer end (rule T7).
	QueueSeconds *Quantiles `json:"queue_seconds,omitempty"`
	// Errors counts the failed calls over the window by origin (rule T6).
	Errors *EdgeErrors `json:"errors,omitempty"`
	// RequestBytes and ResponseBytes are the mean payloads of the calls that tell them.
	RequestBytes  *float64 `json:"request_bytes,omitempty"`
	ResponseBytes *float64 `json:"response_bytes,omitempty"`
	// CriticalShare is the part of the time of the source's entry spans that they spent
	// in calls over the edge, each call counted within its entry span. Calls made in
	// parallel count each in full. A sample of the traces is measured.
	CriticalShare *float64      `json:"critical_share,omitempty"`
	Evidence      *EdgeEvidence `json:"evidence,omitempty"`
	// Via are the brokers' destinations that the edge's messages took.
	Via []EdgeVia `json:"via,omitempty"`
	// CallerMissing: the source stands for callers that were named and sent no span.
	CallerMissing bool `json:"caller_missing,omitempty"`
	// Self: the source calls itself. Pictures leave such edges out.
	Self bool `json:"self,omitempty"`
	// Distinct estimates how many edges an overflow edge stands for (rule T11).
	Distinct *float64 `json:"distinct,omitempty"`
	// Exemplars are a recent slow and a recent failed call.
	Exemplars []EdgeExemplar `json:"exemplars,omitempty"`
	FirstSeen time.Time      `json:"first_seen,omitzero"`
	LastSeen  time.Time      `json:"last_seen,omitzero"`
}

// EdgeErrors counts failed calls: those that failed at the callee, those that only
// the caller saw fail (a timeout, a connection, a callee without spans), and those of
// the callee's that the caller did not pass on.
type EdgeErrors struct {
	Callee    float64 `json:"callee"`
	Caller    float64 `json:"caller"`
	Swallowed float64 `json:"swallowed"`
}

// EdgeVia is a broker's destination, "kafka:orders", and the messages seen to take it.
type EdgeVia struct {
	Name  string  `json:"name"`
	Calls float64 `json:"calls"`
}

// EdgeExemplar is one call; the span is the callee's where there is one.
type EdgeExemplar struct {
	TraceID string    `json:"trace_id"`
	SpanID  string    `json:"span_id"`
	Seconds float64   `json:"seconds"`
	Failed  bool      `json:"failed,omitempty"`
	At      time.Time `json:"at"`
}

// Quantiles are seconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

// EdgeEvidence counts the edge's calls over the window by how caller and callee
// came to be in one trace: context propagated by the SDKs, joined by exact
// evidence, or inferred.
type EdgeEvidence struct {
	Propagated float64 `json:"propagated"`
	Joined     float64 `json:"joined"`
	Inferred   float64 `json:"inferred"`
}

// VulnerabilitySums counts a service's open findings by severity.
type VulnerabilitySums struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
}
