package infer

import "math"

// restorer builds models from their saved form and refuses what could not have
// been saved. Endpoints above the bound are left out.
type restorer struct {
	intern func(string) uint32
	models *models
}

func (r *restorer) name(s string) uint32 {
	if s == "" {
		return 0
	}
	return r.intern(s)
}

func (r *restorer) service(in *savedService) (*service, error) {
	out := newService()
	if in.Unit < minUnit || in.Unit > maxUnit || len(in.Types) > maxTypes {
		return nil, errSnapshot
	}
	out.unit, out.timed = in.Unit, in.Timed
	for i := range in.Types {
		t := &in.Types[i]
		k := typeKey{operation: r.name(t.Operation), peer: r.name(t.Peer), peerOperation: r.name(t.PeerOperation), kind: t.Kind}
		if _, ok := out.types[k]; ok || !finite(t.Total, t.Roots, t.Choice, t.Known) {
			return nil, errSnapshot
		}
		out.types[k] = int16(i)
		out.kinds = append(out.kinds, callKind{total: t.Total, roots: t.Roots, choice: t.Choice, known: t.Known})
	}
	for i := range in.Endpoints {
		if r.models.size >= r.models.limit {
			break
		}
		s := &in.Endpoints[i]
		m, ok := restoreEndpoint(s, len(in.Types))
		if !ok {
			return nil, errSnapshot
		}
		m.fit(out.coarse())
		k := endpointKey{service: r.name(s.Service), operation: r.name(s.Operation), peer: r.name(s.Peer), kind: s.Kind}
		if out.endpoints[k] == nil {
			r.models.size++
		}
		out.endpoints[k] = m
	}
	return out, nil
}

func restoreEndpoint(in *savedEndpoint, types int) (*endpoint, bool) {
	out := &endpoint{requests: in.Requests}
	ok := finite(in.Requests) && restoreGaps(&out.ends, &in.Ends, types)
	for i := range in.Calls {
		s := &in.Calls[i]
		if s.Type < 0 || s.Type >= types || !finite(s.Count[:]...) || !finite(s.Late, s.Total) {
			return nil, false
		}
		c := &callModel{count: s.Count, late: s.Late, total: s.Total}
		ok = ok && restoreDensity(&c.rest, &s.Rest)
		for n := range s.Nth {
			c.nth[n].n = s.Nth[n].N
			ok = ok && finite(s.Nth[n].N)
			for k := range s.Nth[n].By {
				ok = ok && restoreGaps(&c.nth[n].by[k], &s.Nth[n].By[k], types)
			}
		}
		for len(out.calls) <= s.Type {
			out.calls = append(out.calls, nil)
		}
		out.calls[s.Type] = c
	}
	return out, ok
}

func restoreGaps(out *gaps, in *savedGaps, types int) bool {
	if len(in.Before) != len(in.Densities) {
		return false
	}
	for i, before := range in.Before {
		var d density
		if before < 0 || before > types || !restoreDensity(&d, &in.Densities[i]) {
			return false
		}
		for b, c := range &d.count {
			if c > 0 {
				out.add(int16(before-1), b, float64(c))
			}
		}
	}
	return true
}

func restoreDensity(out *density, in *savedDensity) bool {
	if len(in.Bins) != len(in.Counts) {
		return false
	}
	for k, b := range in.Bins {
		c := float64(in.Counts[k])
		if int(b) >= bins || !finite(c) {
			return false
		}
		out.add(int(b), c)
	}
	return true
}

func restoreCalibration(in []savedReliability) calibration {
	var c calibration
	for i, r := range in {
		if i < len(c.bins) && finite(r.Checked, r.Right, r.Said) {
			c.bins[i] = reliability{checked: r.Checked, right: r.Right, said: r.Said}
		}
	}
	c.fit()
	return c
}

// finite reports whether all of v are counts: numbers from 0 on.
func finite(v ...float64) bool {
	for _, x := range v {
		if !(x >= 0) || math.IsInf(x, 1) {
			return false
		}
	}
	return true
}
