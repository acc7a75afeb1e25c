package corpus

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Latency of the network between two services, and how many calls of a hundred fail in which way.
const (
	minLatency, moreLatency = 80 * time.Microsecond, 1500 * time.Microsecond
	refusedPercent          = 2 // connections that no server sees
	timeoutPercent          = 1 // callers that give up before the server ends
	failedPercent           = 3
	maxAttempts             = 3
)

func (w *walker) calls(st *step, up int32, t int64) int64 {
	end := t
	for range max(st.times, 1) {
		if len(w.c.Spans) >= w.budget && !st.sure {
			break
		}
		if st.parallel {
			end = max(end, w.call(st, up, t+w.pause(20*time.Microsecond)))
			continue
		}
		end = w.call(st, up, end)
	}
	return end
}

// call makes one call, with retries.
func (w *walker) call(st *step, up int32, t int64) int64 {
	for attempt := int64(0); ; attempt++ {
		i := w.stepSpan(st, up, ptrace.SpanKindClient, t)
		s := &w.c.Spans[i]
		s.rpc = st.target.rpc
		if attempt > 0 && !s.rpc {
			for _, n := range s.process.service.names {
				s.attrs = append(s.attrs, number(n.resend, attempt))
			}
		}
		outcome := w.r.IntN(100)
		if outcome < refusedPercent && !st.sure {
			w.finishCall(i, t+w.latency())
			w.c.Spans[i].failed = true
		} else {
			w.answered(st, i, outcome)
		}
		s = &w.c.Spans[i]
		if !s.failed || attempt+1 == maxAttempts || st.sure {
			return s.end
		}
		t = s.end + w.pause(2*time.Millisecond)
	}
}

// answered is a call that a server sees.
func (w *walker) answered(st *step, i int32, outcome int) {
	callee := w.serve(st.target, i, w.c.Spans[i].begin+w.latency())
	c := &w.c.Spans[callee]
	c.failed = outcome >= 100-failedPercent
	c.attrs = c.process.service.status(c.attrs, c.rpc, c.failed)
	caller := w.c.Spans[i].process.host
	names := c.process.service.names
	n := names[len(names)-1]
	c.attrs = append(c.attrs, text(n.clientAddress, caller.address))
	if n.peerPort != "" {
		c.attrs = append(c.attrs, number(n.peerPort, int64(30000+w.r.IntN(30000))))
	}
	end := c.end + w.latency()
	if timedOut := outcome < refusedPercent+timeoutPercent && !st.sure; timedOut {
		end = (w.c.Spans[i].begin + c.end) / 2
		w.c.Spans[i].failed = true
	}
	w.c.Spans[i].failed = w.c.Spans[i].failed || c.failed
	w.finishCall(i, end)
}

func (w *walker) finishCall(i int32, end int64) {
	s := &w.c.Spans[i]
	s.end = end
	s.attrs = s.process.service.status(s.attrs, s.rpc, s.failed)
}
