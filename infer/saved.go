package infer

// The saved form of what was learned. Names are written out, because the numbers
// they are interned by do not survive a restart. Clocks are not saved: they drift,
// and one window finds them again.
type (
	savedModels struct {
		Version      int
		Services     []savedService
		Between      savedService
		Calibrations [2][]savedReliability
	}

	savedService struct {
		Name      string
		Unit      int64
		Timed     bool
		Types     []savedType
		Endpoints []savedEndpoint
	}

	savedType struct {
		Operation, Peer, PeerOperation string
		Kind                           uint8
		Total, Roots, Choice, Known    float64
	}

	savedEndpoint struct {
		Service, Operation, Peer string
		Kind                     uint8
		Requests                 float64
		Calls                    []savedCall
		Ends                     savedGaps
	}

	savedCall struct {
		Type        int
		Count       [maxCount]float64
		Late, Total float64
		Rest        savedDensity
		Nth         [2]savedAnchored
	}

	savedAnchored struct {
		N  float64
		By [anchors]savedGaps
	}

	// savedGaps is one density for each type of the event before, that type plus
	// one in Before.
	savedGaps struct {
		Before    []int
		Densities []savedDensity
	}

	savedDensity struct {
		Bins   []uint8
		Counts []float32
	}

	savedReliability struct{ Checked, Right, Said float64 }
)

func saveDensity(d *density) savedDensity {
	var out savedDensity
	for b, c := range &d.count {
		if c > 0 {
			out.Bins = append(out.Bins, uint8(b))
			out.Counts = append(out.Counts, c)
		}
	}
	return out
}

func saveGaps(g *gaps) savedGaps {
	var out savedGaps
	for i, d := range g.by {
		if d != nil {
			out.Before = append(out.Before, i)
			out.Densities = append(out.Densities, saveDensity(d))
		}
	}
	return out
}

func saveCall(typ int, c *callModel) savedCall {
	out := savedCall{Type: typ, Count: c.count, Late: c.late, Total: c.total, Rest: saveDensity(&c.rest)}
	for i := range c.nth {
		out.Nth[i].N = c.nth[i].n
		for k := range c.nth[i].by {
			out.Nth[i].By[k] = saveGaps(&c.nth[i].by[k])
		}
	}
	return out
}
