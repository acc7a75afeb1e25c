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
	EvidenceCustom
	EvidenceXRayRoot
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
	case e == EvidenceCustom:
		return 3
	default:
		return 4
	}
}

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
	NumRefusals
)
