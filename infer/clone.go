package infer

// clone returns a deep copy: a window teaches itself on one, so that what it
// tries does not stay.
func (e *endpoint) clone() *endpoint {
	out := &endpoint{requests: e.requests, noCalls: e.noCalls, ends: e.ends.clone()}
	out.calls = make([]*callModel, len(e.calls))
	for t, c := range e.calls {
		if c == nil {
			continue
		}
		d := *c
		for i := range d.nth {
			for k := range d.nth[i].by {
				d.nth[i].by[k] = c.nth[i].by[k].clone()
			}
		}
		out.calls[t] = &d
	}
	return out
}

func (g *gaps) clone() gaps {
	out := *g
	out.logp = append([]float32(nil), g.logp...)
	out.by = make([]*density, len(g.by))
	for i, d := range g.by {
		if d != nil {
			c := *d
			out.by[i] = &c
		}
	}
	return out
}
