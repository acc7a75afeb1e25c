package contract

import "time"

// BreaksVersion is the version of the [Breaks] document.
const BreaksVersion = 1

// Breaks is the JSON document of GET /api/v1/breaks: where the context of requests was
// lost between services, and what else calls without a partner were. Counts are calls
// since Since. Absent data is absent from the JSON, never 0.
type Breaks struct {
	Version int       `json:"version"`
	AsOf    time.Time `json:"as_of"`
	Since   time.Time `json:"since,omitzero"`
	// Breaks are the places where context was lost, Explained those where a partner is
	// missing for another cause; both are sorted by calls, most first, and never null.
	Breaks    []Break `json:"breaks"`
	Explained []Break `json:"explained"`
	// Overflow counts calls that no longer fit the bounds and are in no group.
	Overflow float64 `json:"overflow,omitempty"`
}

// BreakCause says why the two ends of a call are not in one trace.
type BreakCause string

// Causes of lost context.
const (
	// BreakPropagator: the caller sends one format and the callee reads another.
	BreakPropagator BreakCause = "propagator_mismatch"
	// BreakContext: nothing that was seen says which format was sent, or read.
	BreakContext BreakCause = "context_lost"
	// BreakMessage: the headers of messages do not carry the context, or nobody reads them.
	BreakMessage BreakCause = "message_headers_lost"
	// BreakWidth: one side knows 64 bits of the trace id.
	BreakWidth BreakCause = "id_width"
	// BreakXRayRoot: a load balancer sends a root without a parent, which SDKs refuse.
	BreakXRayRoot BreakCause = "xray_root"
	// BreakInProcess: the context was lost between two spans of one service.
	BreakInProcess BreakCause = "lost_in_process"
)

// Causes that are no loss of context.
const (
	// BreakNotInstrumented: no span was ever seen from the address that was called.
	BreakNotInstrumented BreakCause = "not_instrumented"
	// BreakFiltered: the partner was named and its span never came, or the callee is
	// known and this one call of it did not come: dropped, filtered or sampled.
	BreakFiltered BreakCause = "filtered"
	// BreakNotSampled: the context itself says that the other side is not sampled.
	BreakNotSampled BreakCause = "not_sampled"
	// BreakLate: the partner came after the wait.
	BreakLate BreakCause = "late"
	// BreakUnanswered: the call failed and did not reach the callee, as far as seen.
	BreakUnanswered BreakCause = "unanswered"
	// BreakHop: the trace goes on, below a span of something between the two that
	// reports its spans elsewhere or not at all.
	BreakHop BreakCause = "hop_not_exported"
	// BreakUndecided: too few calls, or too many at a time, to tell.
	BreakUndecided BreakCause = "undecided"
)

// Break is calls from Caller to Callee that are alike in everything shown here.
type Break struct {
	Cause  BreakCause `json:"cause"`
	Caller BreakEnd   `json:"caller"`
	Callee BreakEnd   `json:"callee"`
	// Transport and Address are what the caller used.
	Transport Transport `json:"transport,omitempty"`
	Address   string    `json:"address,omitempty"`
	// Joined: the merge processor tied the two traces together; Evidence says by what
	// (its value of [AttrMergeEvidence]).
	Joined   bool   `json:"joined"`
	Evidence string `json:"evidence,omitempty"`
	// Sent and Received are the context formats seen in captured headers.
	Sent     []string `json:"sent,omitempty"`
	Received []string `json:"received,omitempty"`
	Calls    float64  `json:"calls"`
	// ShareOfEdge is Calls divided by all calls from the one to the other.
	ShareOfEdge *float64 `json:"share_of_edge,omitempty"`
	// Confidence is how sure it is that this is a loss of context (0–1).
	Confidence float64 `json:"confidence"`
	// Refused counts, by [Refusal], entries that the merge processor left alone though a
	// key matched.
	Refused   map[string]float64 `json:"refused,omitempty"`
	FirstSeen time.Time          `json:"first_seen,omitzero"`
	LastSeen  time.Time          `json:"last_seen,omitzero"`
	Examples  []BreakExample     `json:"examples,omitempty"`
	// Change says in words what to change, Setting is the exact setting where there is one.
	Change  string `json:"change,omitempty"`
	Setting string `json:"setting,omitempty"`
}

// BreakEnd is a service as one end of a break; empty where it is not known.
type BreakEnd struct {
	Namespace    string `json:"namespace,omitempty"`
	Name         string `json:"name,omitempty"`
	Language     string `json:"language,omitempty"`
	SDK          string `json:"sdk,omitempty"`
	SDKVersion   string `json:"sdk_version,omitempty"`
	Scope        string `json:"scope,omitempty"`
	ScopeVersion string `json:"scope_version,omitempty"`
}

// BreakExample is one call: the ids of both sides, in lower hex, as far as known.
type BreakExample struct {
	At            time.Time `json:"at,omitzero"`
	CallerTraceID string    `json:"caller_trace_id,omitempty"`
	CallerSpanID  string    `json:"caller_span_id,omitempty"`
	CalleeTraceID string    `json:"callee_trace_id,omitempty"`
	CalleeSpanID  string    `json:"callee_span_id,omitempty"`
}
