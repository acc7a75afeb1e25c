package multilangbridgeprocessor

import "context"

// load is what is held or wants to be: spans, and their size in bytes when encoded.
type load struct{ spans, bytes int }

func (l load) plus(o load) load { return load{l.spans + o.spans, l.bytes + o.bytes} }

func (l load) minus(o load) load { return load{l.spans - o.spans, l.bytes - o.bytes} }

// within reports whether both figures keep the limit.
func (l load) within(limit load) bool { return l.spans <= limit.spans && l.bytes <= limit.bytes }

// makeRoom waits, with mu held on entry and return, until the load fits.
func (b *bridge) makeRoom(ctx context.Context, want load) error {
	if !want.within(b.limit) {
		want = load{} // it never fits: it is not held
	}
	b.wanted = b.wanted.plus(want)
	defer func() { b.wanted = b.wanted.minus(want) }()
	for {
		switch {
		case b.stopping:
			return errStopped
		case b.holding.plus(want).within(b.limit):
			return nil
		case b.failing:
			return errFull
		}
		room := b.room
		b.signal()
		b.mu.Unlock()
		select {
		case <-room:
			b.mu.Lock()
		case <-ctx.Done():
			b.mu.Lock()
			return ctx.Err()
		}
	}
}

// crowded reports whether senders wait for room. mu is held.
func (b *bridge) crowded() bool {
	return b.wanted.spans > 0 && !b.holding.plus(b.wanted).within(b.limit)
}

// released makes the room of delivered spans known.
func (b *bridge) released(l load) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holding = b.holding.minus(l)
	b.notify()
}

// notify wakes the senders that wait for room. mu is held.
func (b *bridge) notify() {
	close(b.room)
	b.room = make(chan struct{})
}
