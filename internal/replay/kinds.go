package replay

import (
	"strings"

	"github.com/polyspan/polyspan/infer"
)

// kinds by their names in Jaeger's span.kind tag.
var kindNames = map[string]uint8{
	"internal": infer.KindInternal,
	"server":   infer.KindServer,
	"client":   infer.KindClient,
	"producer": infer.KindProducer,
	"consumer": infer.KindConsumer,
}

// serverSide kinds enter a process; they call nobody themselves.
func serverSide(kind uint8) bool { return kind == infer.KindServer || kind == infer.KindConsumer }

func kindOf(name string) uint8 { return kindNames[strings.ToLower(name)] }

// inferKinds gives spans without a kind one. A span whose parent is in another
// service, or that has none, serves; one that only has children in another
// service calls; the rest is internal.
func (r *Recording) inferKinds() {
	callsOut := make([]bool, len(r.Spans))
	for i := range r.Spans {
		if up := r.Spans[i].Up; up >= 0 && r.Spans[up].Service != r.Spans[i].Service {
			callsOut[up] = true
		}
	}
	for i := range r.Spans {
		s := &r.Spans[i]
		if s.Kind != 0 {
			continue
		}
		switch {
		case s.Up < 0 || r.Spans[s.Up].Service != s.Service:
			s.Kind = infer.KindServer
		case callsOut[i]:
			s.Kind = infer.KindClient
		default:
			s.Kind = infer.KindInternal
		}
	}
}
