package breaks

import (
	"github.com/polyspan/polyspan/topology"
)

// waiting is an unmatched span that is not decided yet.
type waiting struct {
	topology.Unmatched

	since   int64 // by the detector's clock
	decided bool
}

// covers reports whether another span of the trace lies inside of this one in time, as
// far as clocks of different hosts can tell.
func (w *waiting) covers(u *topology.Unmatched) bool {
	return u.Start >= w.Start-int64(looseTolerance) && u.Start <= w.End+int64(looseTolerance)
}

// waitingQueue holds unmatched spans in order of arrival, and finds them by trace.
// When it is full the oldest are decided early. Constructor: newWaitingQueue.
type waitingQueue struct {
	queue   []*waiting
	byTrace map[topology.TraceID][]*waiting
	limit   int
}

func newWaitingQueue(limit int) waitingQueue {
	return waitingQueue{byTrace: map[topology.TraceID][]*waiting{}, limit: limit}
}

func (q *waitingQueue) push(u *topology.Unmatched, now int64) {
	w := &waiting{Unmatched: *u, since: now}
	q.queue = append(q.queue, w)
	q.byTrace[u.Trace] = append(q.byTrace[u.Trace], w)
}

// due takes the oldest span out if it came before a time or the queue is too long, and
// passes over those that are decided; nil if there is none.
func (q *waitingQueue) due(before int64) *waiting {
	for len(q.queue) > 0 {
		w := q.queue[0]
		if w.since > before && len(q.queue) <= q.limit {
			return nil
		}
		q.queue[0] = nil
		q.queue = q.queue[1:]
		q.leave(w)
		if !w.decided {
			return w
		}
	}
	return nil
}

func (q *waitingQueue) leave(w *waiting) {
	same := q.byTrace[w.Trace]
	for i := range same {
		if same[i] == w {
			same[i] = same[len(same)-1]
			same = same[:len(same)-1]
			break
		}
	}
	if len(same) == 0 {
		delete(q.byTrace, w.Trace)
		return
	}
	q.byTrace[w.Trace] = same
}

// find gives the span of a trace that is not decided and fits.
func (q *waitingQueue) find(trace topology.TraceID, fits func(*waiting) bool) *waiting {
	for _, w := range q.byTrace[trace] {
		if !w.decided && fits(w) {
			return w
		}
	}
	return nil
}
