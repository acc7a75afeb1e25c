package merge

// Evidence says why an entry was joined. The order of the constants is the order
// of strength, strongest first; the header formats are equally strong (M5).
type Evidence uint8

// Evidence kinds.
const (
	EvidenceNone Evidence = iota
	EvidenceWidth
	EvidenceHeaderW3C
	EvidenceHeaderB3
	EvidenceHeaderJaeger
	EvidenceHeaderDatadog
	EvidenceHeaderXRay
	EvidenceHeaderSW8
	EvidenceHeaderOTTrace
	EvidenceHeaderGoogle
	EvidenceLink
	EvidenceVendor
	EvidenceMessageOffset
	EvidenceMessageID
	EvidenceCustom
	EvidenceRequestID
	EvidenceXRayRoot
	EvidenceSharedSpan
	EvidenceInferredParent
	EvidenceInferredTiming
	NumEvidence
)

// strength is smaller for stronger evidence.
func (e Evidence) strength() int {
	switch {
	case e <= EvidenceWidth:
		return 0
	case e <= EvidenceHeaderGoogle:
		return 1
	case e == EvidenceLink:
		return 2
	case e == EvidenceVendor:
		return 3
	case e <= EvidenceMessageID:
		return 4
	case e <= EvidenceRequestID:
		return 5
	case e <= EvidenceInferredParent:
		return 6
	default:
		return 7
	}
}

// exact reports whether a key of this evidence names the parent itself: the span
// that sent the message.
func (e Evidence) exact() bool { return e == EvidenceMessageOffset || e == EvidenceMessageID }

// Fault is what is wrong with a span that passes as it came.
type Fault uint8

// Faults.
const (
	FaultZeroID     Fault = iota // an all-zero trace or span id
	FaultSelfParent              // names itself as parent
	FaultCycle                   // of a piece whose every span has its parent in it
	NumFaults
)

// Refusal says why evidence was not acted on.
type Refusal uint8

// Refusals.
const (
	RefusedNone Refusal = iota
	RefusedConflict
	RefusedCycle
	RefusedTime
	RefusedAmbiguous
	RefusedKeyFlood
	RefusedUntrusted
	RefusedLate
	RefusedSize
	RefusedConfidence
	NumRefusals
)
