package topology

// queueTicks is how finely a queue tells times apart: a half leaves between its wait
// and its wait plus one part in queueTicks.
const queueTicks = 64

// generation is a run of halves of a queue that leave together.
type generation struct {
	first int64 // arrival of its first half
	last  int64 // arrival of its last half
	n     int
}

// queue holds halves in order of arrival. Arrival times are kept by generation, not
// by half. Constructor: newQueue.
type queue struct {
	wait, tick int64    // nanoseconds
	head, end  position // of the oldest half, and behind the newest
	n          int
	// ring holds the generations, oldest at start.
	ring       [queueTicks + 2]generation
	start, len int
}

func newQueue(wait int64) queue { return queue{wait: wait, tick: wait / queueTicks} }

func (q *queue) oldest() *generation { return &q.ring[q.start] }

func (q *queue) newest() *generation { return &q.ring[(q.start+q.len-1)%len(q.ring)] }

// push appends the half that was given the place at the end, and arrived now.
func (g *Graph) push(q *queue) {
	if q.len == 0 || g.now-q.newest().first > q.tick && q.len < len(q.ring) {
		q.len++
		*q.newest() = generation{first: g.now}
	}
	q.newest().last = g.now
	q.newest().n++
	q.n++
}

// pop removes the oldest half and returns its place.
func (g *Graph) pop(q *queue) position {
	p := q.head
	q.n--
	if q.n > 0 {
		q.head = g.slab.after(p)
	} else {
		q.head = q.end
	}
	q.oldest().n--
	if q.oldest().n == 0 {
		q.start = (q.start + 1) % len(q.ring)
		q.len--
	}
	return p
}

// due reports whether the wait of the oldest half is over.
func (g *Graph) due(q *queue) bool { return q.n > 0 && g.now-q.oldest().last >= q.wait }
