package merge

// exactKeys turns the message keys of an entry into claims: the parent is the one
// span that sent the message. Several senders are ambiguous, and more receivers
// than MaxFanIn a flood (M8).
func (v *solver) exactKeys(pos int32) []Claim {
	r := v.s.recs.at(pos)
	if r.flags&recMarks == 0 {
		return nil
	}
	var claims []Claim
	for _, m := range v.s.marks[pos] {
		key := &v.s.cfg.Keys[m.key]
		if !key.Evidence.exact() {
			continue
		}
		if m.flooded {
			v.refuse(pos, RefusedKeyFlood)
			continue
		}
		if c, ok := v.sender(pos, r, m, key); ok {
			claims = append(claims, c)
		}
	}
	return claims
}

// sender is the claim on the one span that sent the message, within the key's age.
func (v *solver) sender(pos int32, r *rec, m mark, key *Key) (Claim, bool) {
	var found holder
	senders, receivers := 0, map[TraceID]struct{}{}
	for i := range m.holders {
		h := &m.holders[i]
		if h.scope != 0 && m.scope != 0 && h.scope != m.scope {
			continue
		}
		if receiver(h.kind) {
			receivers[h.trace] = struct{}{}
			continue
		}
		if age := r.start - h.start; age > int64(key.MaxAge) || -age > int64(key.MaxAge) {
			continue
		}
		if senders == 0 || h.span != found.span || h.trace != found.trace {
			found = *h
			senders++
		}
	}
	switch {
	case senders == 0:
		return Claim{}, false
	case senders > 1:
		v.refuse(pos, RefusedAmbiguous)
		return Claim{}, false
	case len(receivers) > v.s.cfg.MaxFanIn:
		v.refuse(pos, RefusedKeyFlood)
		return Claim{}, false
	}
	return Claim{Evidence: key.Evidence, Target: found.trace, Parent: found.span}, true
}
