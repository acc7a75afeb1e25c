package corpus

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// operation is something that a service does when it is called or gets a message:
// a short program.
type operation struct {
	service *service
	name    string
	kind    ptrace.SpanKind // server or consumer
	rpc     bool
	work    time.Duration // mean time of its own between two steps
	steps   []*step
	attrs   []attr // of its span
	// Of a consumer: what it reads with, and for which group.
	library *library
	group   string
}

// action is what a step does.
type action uint8

const (
	actInternal action = iota // a span of its own, with another step inside or none
	actAsync                  // the same on another thread, that may outlive its parent
	actCall
	actDatabase
	actPublish
)

// step is one step of an operation.
type step struct {
	action action
	name   string
	attrs  []attr // of the calling, sending or internal span
	inner  *step
	// Of a call.
	target   *operation
	times    int // how often
	parallel bool
	sure     bool // never refused, and done however large the request is
	// Of a message.
	queue *queue
}

// queue is a topic, queue or stream.
type queue struct {
	broker    broker
	topic     string
	cluster   string
	address   string
	offsets   []int64 // of the next message, by partition
	sender    *library
	consumers []*operation
}

// insist makes the operation's steps sure.
func (o *operation) insist() {
	for _, st := range o.steps {
		st.sure = true
		if st.inner != nil {
			st.inner.sure = true
		}
	}
}
