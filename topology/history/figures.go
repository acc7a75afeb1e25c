package history

import "github.com/polyspan/polyspan/topology"

// addFigures adds what was counted in another stretch.
func addFigures(to, from *topology.Figures) {
	to.Calls += from.Calls
	for i, n := range from.Errors {
		to.Errors[i] += n
	}
	for i, n := range from.Evidence {
		to.Evidence[i] += n
	}
	to.Client.Add(&from.Client)
	to.Server.Add(&from.Server)
	to.Boundary.Add(&from.Boundary)
	to.Queue.Add(&from.Queue)
	addSizes(&to.Request, from.Request)
	addSizes(&to.Response, from.Response)
	to.CriticalSeconds += from.CriticalSeconds
	to.EntrySeconds += from.EntrySeconds
}

func addSizes(to *topology.Sizes, from topology.Sizes) {
	to.Bytes += from.Bytes
	to.Count += from.Count
}
