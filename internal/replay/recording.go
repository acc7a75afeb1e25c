package replay

// Recording is a set of traces whose parents are known.
type Recording struct {
	// Spans in any order; Up links them.
	Spans []Span
	// Names are the strings that spans name by number; 0 is "".
	Names *Names
	// Duplicates counts spans that were left out because the same span (trace, id,
	// kind, times) was there already.
	Duplicates int
	// Orphans counts spans that name a parent which is not in the recording.
	Orphans int
}

// Span is a recorded span. Its strings are numbers of [Recording.Names].
type Span struct {
	// Trace numbers the trace within the recording.
	Trace int32
	// Up is the index of the parent in Spans, -1 where there is none.
	Up int32
	// Service is the service's name, Process one instance of it, Host the machine
	// whose clock the times are from; 0 unknown.
	Service, Process, Host uint32
	Operation              uint32
	// Peer is what the span itself says it calls: a service, an address, a database.
	Peer uint32
	// Kind is OTLP's number; 0 only until missing kinds are inferred.
	Kind   uint8
	Failed bool
	// Orphan is set where the parent that the span names was not recorded.
	Orphan bool
	Thread uint64
	// Start and End are Unix ns.
	Start, End int64
}

// Names numbers strings, so that equal numbers mean equal strings. Use [NewNames].
type Names struct {
	list []string
	ids  map[string]uint32
}

// NewNames returns a table in which 0 is "".
func NewNames() *Names {
	return &Names{list: []string{""}, ids: map[string]uint32{"": 0}}
}

// ID returns the number of a string, a new one for a new string.
func (n *Names) ID(s string) uint32 {
	if id, ok := n.ids[s]; ok {
		return id
	}
	id := uint32(len(n.list))
	n.list = append(n.list, s)
	n.ids[s] = id
	return id
}

// String returns the string of a number that ID gave.
func (n *Names) String(id uint32) string { return n.list[id] }

// children lists the indexes of every span's children.
func children(spans []Span) [][]int32 {
	out := make([][]int32, len(spans))
	for i := range spans {
		if up := spans[i].Up; up >= 0 {
			out[up] = append(out[up], int32(i))
		}
	}
	return out
}
