package infer

// startType stands for the start of the request where the type of an earlier
// call is asked for.
const startType int16 = -1

// features describes a request with its calls the way an endpoint is learned
// and scored. It is reused from request to request.
type features struct {
	calls   []callFeature
	counts  []int // calls by type; only the types in calls are set
	endType int16
	endBin  int
}

// callFeature is one call seen from its request.
type callFeature struct {
	typ                  int16
	nth                  int // earlier calls of the same type
	bin                  [anchors]int
	answerType, callType int16 // type of the latest answer and call before
	answer               int   // which call that answer was to, by position; -1 none
	late                 bool  // ended after the request
	rest                 int   // bin of the time from its end to the request's, if not late
}

// lookback bounds the earlier calls a call's latest answer is sought among.
const lookback = 16

// read fills f from a request and its calls, which are in order of start.
func (f *features) read(r *request, calls []int32, all []call) {
	f.calls = f.calls[:0]
	for _, j := range calls {
		f.counts[all[j].typ] = 0
	}
	f.endType = startType
	last := r.start
	for k, j := range calls {
		x := &all[j]
		c := callFeature{typ: x.typ, nth: f.counts[x.typ], answerType: startType, callType: startType, answer: -1}
		f.counts[x.typ]++
		answer, started := r.start, r.start
		for i := k - 1; i >= max(k-lookback, 0); i-- {
			y := &all[calls[i]]
			if y.end <= x.start && (y.end > answer || c.answerType == startType && y.end == answer) {
				answer, c.answerType, c.answer = y.end, y.typ, i
			}
		}
		if k > 0 {
			y := &all[calls[k-1]]
			started, c.callType = y.start, y.typ
		}
		c.bin[fromRequest] = binOf(x.start - r.start)
		c.bin[fromAnswer] = binOf(x.start - answer)
		c.bin[fromCall] = binOf(x.start - started)
		c.rest = binOf(r.end - x.end)
		if x.end > r.end {
			c.late = true
		} else if x.end >= last {
			last, f.endType = x.end, x.typ
		}
		f.calls = append(f.calls, c)
	}
	f.endBin = binOf(r.end - last)
}

func (e *endpoint) model(typ int16) *callModel {
	if int(typ) >= len(e.calls) {
		return nil
	}
	return e.calls[typ]
}

// follows returns the position of the call that call k was counted from, or -1
// for the start of the request.
func (e *endpoint) follows(f *features, k int) int {
	x := &f.calls[k]
	c := e.model(x.typ)
	if c == nil {
		return -1
	}
	switch c.nth[min(x.nth, 1)].best {
	case fromAnswer:
		return x.answer
	case fromCall:
		return k - 1
	default:
		return -1
	}
}
