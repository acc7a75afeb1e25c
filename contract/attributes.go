package contract

// Attributes that Polyspan writes on spans. They are the only attributes the merge
// processor adds while normalize is off.
const (
	// AttrMergeEvidence is on the entry of a piece that was joined: an [Evidence].
	AttrMergeEvidence = "polyspan.merge.evidence"
	// AttrMergeConfidence is the probability (0–1, double) that the join is right; 1 for exact evidence.
	AttrMergeConfidence = "polyspan.merge.confidence"
	// AttrMergeOriginalTraceID is the trace id (32 lower hex) under which the span arrived.
	AttrMergeOriginalTraceID = "polyspan.merge.original_trace_id"
	// AttrMergeOriginalParentSpanID is the parent id (16 lower hex) of an entry that had one before the join.
	AttrMergeOriginalParentSpanID = "polyspan.merge.original_parent_span_id"
	// AttrMergeRefused is a [Refusal], on the root of a piece that stayed alone although a key matched.
	AttrMergeRefused = "polyspan.merge.refused"
	// AttrMergeSuspect is a [Suspect], on a span that keeps its place though it may be a wrong one.
	AttrMergeSuspect = "polyspan.merge.suspect"
	// AttrClockOffset is the clock offset (ns, int) that was estimated for the span's host against its caller's.
	AttrClockOffset = "polyspan.clock.offset"
	// AttrLane names the transport of a call as the data-plane bridge (or an
	// application) knows it; a [Transport] value. It wins over semantic conventions.
	AttrLane = "polyspan.lane"
)

// Evidence says why a piece was joined to another trace; the value of [AttrMergeEvidence].
type Evidence string

// Evidence kinds, strongest first (rule M5).
const (
	EvidenceWidth         Evidence = "identity.width"
	EvidenceHeaderW3C     Evidence = "identity.header.w3c"
	EvidenceHeaderB3      Evidence = "identity.header.b3"
	EvidenceHeaderJaeger  Evidence = "identity.header.jaeger"
	EvidenceHeaderDatadog Evidence = "identity.header.datadog"
	EvidenceHeaderXRay    Evidence = "identity.header.xray"
	EvidenceHeaderSW8     Evidence = "identity.header.sw8"
	EvidenceHeaderOTTrace Evidence = "identity.header.ottrace"
	EvidenceHeaderGoogle  Evidence = "identity.header.google"
	EvidenceLink          Evidence = "link"
	EvidenceVendor        Evidence = "identity.vendor"
	EvidenceMessageOffset Evidence = "message.offset"
	EvidenceMessageID     Evidence = "message.id"
	EvidenceRequestID     Evidence = "request_id"
	EvidenceXRayRoot      Evidence = "identity.xray_root"
	// EvidenceSharedSpan is on the serving half of a span id that client and
	// server shared: it got an id of its own.
	EvidenceSharedSpan Evidence = "identity.shared_span"
	// EvidenceInferredParent is on a span whose parent was not exported and that
	// hangs under the call that must have caused it; its confidence is below 1.
	EvidenceInferredParent Evidence = "inferred.parent"
	// EvidenceInferredTiming is on a span that carried no evidence and whose parent
	// time and topology make probable; its confidence is below 1.
	EvidenceInferredTiming Evidence = "inferred.timing"
	// EvidenceCustomPrefix is followed by the attribute name of the custom key.
	EvidenceCustomPrefix Evidence = "custom."
)

// Refusal says why a matching key did not join two pieces; the value of
// [AttrMergeRefused] and of the "cause" attribute of the processor's metrics.
type Refusal string

// Refusals (M2, M5–M9).
const (
	RefusedConflict  Refusal = "conflict"
	RefusedCycle     Refusal = "cycle"
	RefusedTime      Refusal = "time"
	RefusedAmbiguous Refusal = "ambiguous"
	RefusedKeyFlood  Refusal = "key_flood"
	RefusedUntrusted Refusal = "untrusted"
	RefusedLate      Refusal = "late"
	RefusedSize      Refusal = "size"
	// RefusedConfidence: an inferred parent that is not sure enough is only linked to.
	RefusedConfidence Refusal = "confidence"
)

// Suspect says what seems wrong with a span; the value of [AttrMergeSuspect].
type Suspect string

// SuspectContextLeak marks a span that began in a process when all that the process
// did in the trace was over: another request's context may have leaked into it (M4).
const SuspectContextLeak Suspect = "context_leak"
