package corpus

import "github.com/polyspan/polyspan/contract"

// clockBreaks are calls to a host whose clock is wrong by up to an hour, in either
// direction.
func clockBreaks() []*Break {
	return []*Break{
		{
			Name: "clock.skew",
			Note: "the callee's clock is wrong, and its header was captured: an identity does not depend on clocks. One in three calls is whole, so that the error can be estimated",
			open: func(x *surgery, b *broken) bool {
				x.stray(b.at)
				if x.r.IntN(3) > 0 {
					b.variant = 1
					x.sever(b.at)
				}
				return true
			},
			mark: func(x *surgery, b *broken) {
				if b.variant == 0 {
					return
				}
				writeW3C(x, b, x.parent(b.at))
				x.edge(b, JoinParent, contract.EvidenceHeaderW3C)
			},
		},
		{
			Name: "clock.skew.message",
			Note: "a Kafka offset read on such a host: between hosts that never call each other the error is unknown, and M7 refuses what is too far apart",
			site: site{relation: relationMessage, from: knowOffsetWhenSending, to: knowOffsetReceiving},
			open: func(x *surgery, b *broken) bool {
				x.stray(b.at)
				return severed(x, b)
			},
			mark: unjoinable,
		},
	}
}

// stray moves the process part of the request that span i is in to the replica
// whose clock is wrong.
func (x *surgery) stray(i int32) {
	x.move(x.span(i).segment, x.span(i).process.service.astray)
}

// move puts a part of the request into another process.
func (x *surgery) move(segment int32, p *process) {
	for j := range x.c.Spans {
		if x.c.Spans[j].segment == segment {
			x.c.Spans[j].process = p
		}
	}
}
