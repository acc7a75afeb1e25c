package infer

// clarity is how much each request of a scope teaches, 1 on average: the more the
// fewer other requests its calls could be of. What happens in quiet moments is
// assigned rightly by any rule, and shows what to expect of the busy ones.
// Requests without calls teach like the average of the others.
func (sc *scope) clarity() []float64 {
	out := make([]float64, len(sc.requests))
	sum, made := 0.0, 0.0
	for i := range sc.requests {
		calls := sc.requests[i].calls
		choices := 0
		for _, j := range calls {
			choices += max(len(sc.calls[j].candidates), 1)
		}
		if choices > 0 {
			mean := float64(choices) / float64(len(calls))
			out[i] = 1 / (mean * mean)
			sum += out[i]
			made++
		}
	}
	for i := range out {
		if out[i] == 0 {
			out[i] = 1
			continue
		}
		out[i] *= made / sum
	}
	return out
}
