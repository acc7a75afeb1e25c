package topology

// lifetime is the span of time in which something was seen, in Unix nanoseconds; 0
// is never. The zero value is empty.
type lifetime struct{ first, last int64 }

func (l *lifetime) see(first, last int64) {
	if first != 0 && (l.first == 0 || first < l.first) {
		l.first = first
	}
	l.last = max(l.last, last)
}
