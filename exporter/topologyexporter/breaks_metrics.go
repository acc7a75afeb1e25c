package topologyexporter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/polyspan/polyspan/exporter/topologyexporter/internal/exposition"
	"github.com/polyspan/polyspan/topology/breaks"
)

var contextLost = exposition.Family{
	Name: "polyspan_topology_breaks_total", Kind: exposition.Counter,
	Help: "Calls whose context was lost, by cause; joined: the merge processor put the traces together again.",
}

// breaks writes the family of lost context.
func (a *answer) breaks(totals map[breaks.Kind]breaks.Total) {
	if len(totals) == 0 {
		return
	}
	kinds := make([]breaks.Kind, 0, len(totals))
	for k := range totals {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b breaks.Kind) int {
		joined := strings.Compare(strconv.FormatBool(a.Joined), strconv.FormatBool(b.Joined))
		return cmp.Or(
			strings.Compare(a.Caller.Namespace, b.Caller.Namespace), strings.Compare(a.Caller.Name, b.Caller.Name),
			strings.Compare(a.Callee.Namespace, b.Callee.Namespace), strings.Compare(a.Callee.Name, b.Callee.Name),
			strings.Compare(string(a.Transport), string(b.Transport)), strings.Compare(string(a.Cause), string(b.Cause)), joined,
		)
	})
	a.Begin(contextLost)
	for _, k := range kinds {
		t := totals[k]
		labels := a.Labels(
			exposition.Label{Name: "cause", Value: string(k.Cause)},
			exposition.Label{Name: "client", Value: k.Caller.Name},
			exposition.Label{Name: "client_service_namespace", Value: k.Caller.Namespace},
			exposition.Label{Name: "joined", Value: strconv.FormatBool(k.Joined)},
			exposition.Label{Name: "server", Value: k.Callee.Name},
			exposition.Label{Name: "server_service_namespace", Value: k.Callee.Namespace},
			exposition.Label{Name: "transport", Value: string(k.Transport)},
		)
		a.value(exposition.Sample{Labels: labels, Created: t.Created}, t.Calls)
	}
}
