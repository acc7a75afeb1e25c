package infer

// group collects the items that move to to, those that touch a common request
// together.
func (b *board) group(to []int32) {
	b.groups = b.groups[:0]
	b.owner = resize(b.owner, len(b.slots))
	for i := range b.owner {
		b.owner[i] = int32(i)
	}
	first := func(at int32) int32 { return b.slotsOf[b.slots[at].request][0] }
	for it := range b.items {
		if b.at[it] != to[it] && b.at[it] >= 0 && to[it] >= 0 {
			b.owner[b.find(first(b.at[it]))] = b.find(first(to[it]))
		}
	}
	index := map[int32]int{}
	for it := range b.items {
		if b.at[it] == to[it] {
			continue
		}
		at := max(b.at[it], to[it])
		if b.at[it] >= 0 {
			at = b.at[it]
		}
		root := b.find(first(at))
		k, ok := index[root]
		if !ok {
			k = len(b.groups)
			index[root] = k
			b.groups = append(b.groups, nil)
		}
		b.groups[k] = append(b.groups[k], int32(it))
	}
}

// chains cuts a group into moves that follow from one another: each item goes
// where the next one was.
func (b *board) chains(group, to []int32) [][]int32 {
	follows := make(map[int32]int32, len(group)) // the item that leaves where one goes
	led := make(map[int32]bool, len(group))
	for _, it := range group {
		if to[it] < 0 {
			continue
		}
		next := b.slots[to[it]].item
		if next != none && next != it && to[next] != b.at[next] {
			follows[it], led[next] = next, true
		}
	}
	var out [][]int32
	done := make(map[int32]bool, len(group))
	walk := func(it int32) {
		var chain []int32
		for ok := true; ok && !done[it]; {
			done[it] = true
			chain = append(chain, it)
			it, ok = follows[it]
		}
		if len(chain) > 0 {
			out = append(out, chain)
		}
	}
	for _, it := range group {
		if !led[it] {
			walk(it)
		}
	}
	for _, it := range group { // what is left goes round
		walk(it)
	}
	return out
}

// find returns the slot that stands for all a is tied to.
func (b *board) find(a int32) int32 {
	for b.owner[a] != a {
		b.owner[a] = b.owner[b.owner[a]]
		a = b.owner[a]
	}
	return a
}

// carry moves the items of a group to their slots in to.
func (b *board) carry(sc *scope, group, to []int32) {
	for _, it := range group {
		for _, j := range b.items[it] {
			sc.detach(j)
		}
	}
	for _, it := range group {
		i := none
		if to[it] >= 0 {
			i = b.slots[to[it]].request
		}
		for _, j := range b.items[it] {
			sc.attach(j, i)
		}
	}
}

// adopt makes the moved items' new slots their own and rescores what they touch.
func (b *board) adopt(s *solver, sc *scope, group, to []int32) {
	for _, it := range group {
		b.at[it] = to[it]
	}
	for _, i := range b.touched {
		r := &sc.requests[i]
		r.score = s.score(sc, r, r.calls)
		s.changed[i] = s.now
	}
}
