package corpus

import "slices"

// Break is one way in which a cross-language trace breaks, or a decoy: something
// that looks like evidence and must not join.
type Break struct {
	// Name of the break, e.g. "header.b3.multi"; decoys begin with "decoy.".
	Name string
	// Note says what is left and what may be made of it.
	Note string

	site site
	// plain says that it cuts one edge and starts a new trace below; two plain
	// breaks can meet on one edge.
	plain bool
	// keys says that it writes x-trace-id or x-request-id. One that writes them
	// everywhere cannot share a request with it.
	keys bool
	// late says that spans of it arrive late.
	late bool
	// takes are the spans that no other break of the case may touch, beside the
	// edge's own two.
	takes func(c *Case, at int32) []int32
	// open breaks the edge above b.at; false if it does not fit there.
	open func(x *surgery, b *broken) bool
	// mark leaves the evidence, when all ids and times are final, and tells the truth.
	mark func(x *surgery, b *broken)
}

// Late reports whether spans of the break are sent after the others have left.
func (b *Break) Late() bool { return b.late }

// Breaks lists all breaks, decoys last.
func Breaks() []*Break {
	return slices.Concat(
		headerBreaks(), widthBreaks(), vendorBreaks(), kafkaBreaks(), brokerBreaks(), linkBreaks(),
		customBreaks(), proxyBreaks(), parentBreaks(), localBreaks(), clockBreaks(), duplicateBreaks(), lateBreaks(),
		keyDecoys(), identityDecoys(), messageDecoys(),
	)
}

// broken is a break applied to an edge of a case.
type broken struct {
	*Break
	// at is the child of the edge.
	at int32
	// shares says that another break has cut the edge already.
	shares bool
	// Of the break's own use between open and mark.
	more    []int32
	value   string
	variant int
}
