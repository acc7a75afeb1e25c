package infer

// reach is a slot at a distance.
type reach struct {
	dist float64
	slot int32
}

func (a reach) before(b reach) bool {
	if a.dist != b.dist {
		return a.dist < b.dist
	}
	return a.slot < b.slot
}

// frontier is a binary heap of slots by distance, then number. It is written out
// because container/heap would allocate for every slot pushed.
type frontier []reach

func (f *frontier) push(r reach) {
	h := append(*f, r)
	k := len(h) - 1
	for k > 0 {
		up := (k - 1) / 2
		if !r.before(h[up]) {
			break
		}
		h[k] = h[up]
		k = up
	}
	h[k] = r
	*f = h
}

func (f *frontier) pop() reach {
	h := *f
	first, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	k := 0
	for {
		down := 2*k + 1
		if down >= len(h) {
			break
		}
		if down+1 < len(h) && h[down+1].before(h[down]) {
			down++
		}
		if !h[down].before(last) {
			break
		}
		h[k] = h[down]
		k = down
	}
	if len(h) > 0 {
		h[k] = last
	}
	*f = h
	return first
}
