package main

// The processor's README (Sizing) says what its memory is bounded by; these are its
// figures.
const (
	// perHeldByte is what a byte of OTLP takes in memory when decoded.
	perHeldByte = 3
	// perHeldSpan is, in bytes, what each span of max_held_spans may take beside its
	// data: the span's own struct and record, its entries in the indexes, a remembered
	// trace id, and a remembered key value of up to 256 bytes.
	perHeldSpan = 1024
	// clockOffsets is what the estimator of clock offsets takes with all its pairs.
	clockOffsets = 34 << 20
	// collector is by how much Go's garbage collector lets the heap grow over what is
	// in use before it collects (GOGC=100).
	collector = 2
)

// bound is the resident set that the bounds of the configuration allow, over that of
// a process with no processor.
func bound(heldSpans, heldMiB int) int {
	live := perHeldByte*heldMiB<<20 + perHeldSpan*heldSpans + clockOffsets
	return collector * live
}
