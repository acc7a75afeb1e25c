package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/internal/polyglot"
)

// assertSameSpans holds the merge to rules M12 and M14: every span leaves, once, with
// its content as it came.
func assertSameSpans(t *testing.T, before, after []span) {
	t.Helper()
	count := map[string]int{}
	for _, s := range before {
		count[s.content]++
	}
	for _, s := range after {
		count[s.content]--
	}
	lost, extra := 0, 0
	for _, n := range count {
		lost += max(n, 0)
		extra += max(-n, 0)
	}
	assert.Zero(t, lost, "spans that came in and did not leave as they were")
	assert.Zero(t, extra, "spans that left and had not come in like that")
}

// assertNoFalseMerge holds the merge to "no trace with spans of two requests".
func assertNoFalseMerge(t *testing.T, after []span, requestOf map[spanKey]requestID) {
	t.Helper()
	owner := map[pcommon.TraceID]requestID{}
	for _, s := range after {
		id := requestOf[s.key()] // "" for spans of no request, which must stay apart, too
		if first, ok := owner[s.TraceID()]; ok && first != id {
			t.Errorf("trace %s holds spans of the requests %q and %q", s.TraceID(), first, id)
			return // the next traces would say the same
		}
		owner[s.TraceID()] = id
	}
}

// assertTree checks where the pieces of a merged request hang, and why, and reports
// whether all is right.
func assertTree(t *testing.T, id requestID, spans []span) bool {
	t.Helper()
	edges := []struct {
		parent, child role
		// evidence is by what they were joined, "" if the services themselves tie them.
		evidence contract.Evidence
	}{
		{gatewayServer, gatewayClient, ""},
		{gatewayClient, preprocessingServer, contract.EvidenceHeaderB3},
		{preprocessingServer, poolRoot, contract.EvidenceCustomPrefix + "x-trace-id"},
		{poolRoot, poolClient, ""},
		{poolClient, engineServer, contract.EvidenceWidth},
		{engineClient, reporterServer, ""},
		{producer, consumer, contract.EvidenceLink},
	}
	right := true
	for _, e := range edges {
		parent, okParent := e.parent.in(spans)
		child, okChild := e.child.in(spans)
		if !assert.True(t, okParent && okChild, "request %s: want one span each of %v and %v", id, e.parent, e.child) {
			right = false
			continue
		}
		right = assert.Equal(t, parent.SpanID(), child.ParentSpanID(), "request %s: parent of %v", id, e.child) && right
		right = assert.Equal(t, string(e.evidence), text(child.Attributes(), contract.AttrMergeEvidence), "request %s: evidence on %v", id, e.child) && right
	}
	var roots []string
	for _, s := range spans {
		if s.ParentSpanID().IsEmpty() {
			roots = append(roots, s.service)
		}
	}
	return assert.Equal(t, []string{string(polyglot.Gateway)}, roots, "request %s: services of its roots", id) && right
}
