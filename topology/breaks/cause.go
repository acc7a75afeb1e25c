package breaks

import (
	"strings"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
)

// causeOfEvidence says what was broken where the merge processor had to join; "" where
// nothing was.
func causeOfEvidence(r *topology.Repaired) contract.BreakCause {
	e := contract.Evidence(r.Evidence)
	switch {
	case e == contract.EvidenceWidth:
		return contract.BreakWidth
	case e == contract.EvidenceXRayRoot:
		return contract.BreakXRayRoot
	case e == contract.EvidenceLink, e == contract.EvidenceSharedSpan, e == "":
		// A link is how messages are meant to be traced, a shared span how Zipkin traces.
		return ""
	case e == contract.EvidenceInferredParent:
		return contract.BreakFiltered
	case e == contract.EvidenceVendor, strings.HasPrefix(r.Evidence, "identity.header."):
		return contract.BreakPropagator
	case strings.HasPrefix(r.Evidence, "message."), r.Relation == contract.RelationMessage:
		return contract.BreakMessage
	case r.Caller.NodeName == r.Callee.NodeName:
		return contract.BreakInProcess
	}
	return contract.BreakContext
}

// causeOfCarriers says why two ends are in two traces, from the formats whose headers
// were captured at them.
func causeOfCarriers(sent, received topology.Carriers) contract.BreakCause {
	switch {
	case received == topology.CarrierXRay && sent&topology.CarrierXRay == 0:
		// What the caller did not send, a load balancer did.
		return contract.BreakXRayRoot
	case received != 0:
		// It arrived and was not read.
		return contract.BreakPropagator
	case sent != 0 && sent&topology.CarrierW3C == 0:
		return contract.BreakPropagator
	}
	return contract.BreakContext
}

// carrier is a context format.
type carrier struct {
	bit topology.Carriers
	// name is the format as OTEL_PROPAGATORS calls it, "" if it knows none; title as
	// people do.
	name, title string
}

var carriers = []carrier{
	{topology.CarrierW3C, "tracecontext", "W3C traceparent"},
	{topology.CarrierB3, "b3", "B3"},
	{topology.CarrierJaeger, "jaeger", "Jaeger (uber-trace-id)"},
	{topology.CarrierXRay, "xray", "AWS X-Ray"},
	{topology.CarrierDatadog, "", "Datadog"},
	{topology.CarrierSW8, "", "SkyWalking (sw8)"},
	{topology.CarrierOT, "ottrace", "OT-trace"},
	{topology.CarrierGoogle, "", "Google X-Cloud-Trace-Context"},
}

// carrierOfEvidence is the format whose captured header joined a pair.
func carrierOfEvidence(e contract.Evidence) topology.Carriers {
	switch e {
	case contract.EvidenceHeaderW3C:
		return topology.CarrierW3C
	case contract.EvidenceHeaderB3:
		return topology.CarrierB3
	case contract.EvidenceHeaderJaeger:
		return topology.CarrierJaeger
	case contract.EvidenceHeaderDatadog, contract.EvidenceVendor:
		return topology.CarrierDatadog
	case contract.EvidenceHeaderXRay, contract.EvidenceXRayRoot:
		return topology.CarrierXRay
	case contract.EvidenceHeaderSW8:
		return topology.CarrierSW8
	case contract.EvidenceHeaderOTTrace:
		return topology.CarrierOT
	case contract.EvidenceHeaderGoogle:
		return topology.CarrierGoogle
	}
	return 0
}

// titles are the formats of a set as people call them.
func titles(set topology.Carriers) []string {
	var out []string
	for _, c := range carriers {
		if set&c.bit != 0 {
			out = append(out, c.title)
		}
	}
	return out
}
