package infer

import "math"

// rootWeight is how many calls the belief is worth that half of the calls of a
// type never seen before are nobody's. Half, because only delays that tell more
// than chance may make a parent of a request that happened to be there.
const rootWeight = 10

// callKind is how often calls of a type are somebody's and nobody's.
type callKind struct {
	total, roots float64
	// choice is the sum of the log numbers of parents the calls could have had as
	// well. One way to be nobody's is held against so many to be somebody's.
	choice float64
	// known is how many were somebody's for certain: their context arrived.
	known float64
}

// rootGain is the log share of calls that are nobody's, as the matcher, which
// sees one way of being somebody's at a time, has to weigh it.
func (k callKind) rootGain() float64 {
	return math.Log(k.share()) - k.choice/(k.total+rootWeight)
}

// doubtless returns what is known, with no new type taken for nobody's: what
// first starts give explains little yet.
func doubtless(known []callKind) []callKind {
	out := append([]callKind(nil), known...)
	for t := range out {
		if out[t].total < minDoubt {
			out[t] = callKind{total: minDoubt, known: out[t].known}
		}
	}
	return out
}

// minDoubt is from how many decided calls of a type its share of roots is used.
const minDoubt = 50

func (k callKind) share() float64 {
	return (k.roots + rootWeight/2) / (k.total + k.known + rootWeight)
}

// addKnown counts a call whose context arrived.
func (k *callKind) addKnown() {
	if k.known >= forgetAt {
		k.known /= 2
	}
	k.known++
}

// add counts a decided call: the probability that it is nobody's, and the log
// number of parents it could have had.
func (k *callKind) add(root, choice float64) {
	if k.total >= forgetAt {
		k.total, k.roots, k.choice = k.total/2, k.roots/2, k.choice/2
	}
	k.choice += choice
	k.total++
	k.roots += root
}

// countRates sets how often the calls of each type are made here.
func (sc *scope) countRates(types int) {
	sc.rate = make([]float64, types)
	sc.rootGain = make([]float64, types)
	n := len(sc.calls)
	if n == 0 {
		return
	}
	span := float64(max(sc.calls[n-1].start-sc.calls[0].start, 1))
	for j := range sc.calls {
		sc.rate[sc.calls[j].typ] += 1 / span
	}
}

// weighRoots sets the density of calls that are nobody's.
func (sc *scope) weighRoots(kinds []callKind) {
	for t, k := range kinds {
		if sc.rate[t] > 0 {
			sc.rootGain[t] = math.Log(sc.rate[t]) + k.rootGain()
		}
	}
}

// countRoots weighs every open call of the present assignment against being
// nobody's, and adds it to what is known of its type.
func (s *solver) countRoots(scopes []*scope, known []callKind) []callKind {
	out := append([]callKind(nil), known...)
	all := func(int32) bool { return true }
	for _, sc := range scopes {
		for t := range out {
			if sc.rate[t] == 0 {
				continue
			}
			s.b.fill(s, sc, move{typ: int16(t)}, all)
			for it := range s.b.items {
				some, root := s.b.against(int32(it), 1), s.b.asRoot(int32(it))
				if s.b.at[it] != outside {
					some = logSum(some, 0)
				}
				out[t].add(1/(1+math.Exp(some-root)), logSum(some, 0))
			}
		}
	}
	return out
}
