package corpus

import (
	"math/rand/v2"
	"strconv"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// newStep draws a step of a service's operation. Internal ones have another step
// inside at times.
func (s *system) newStep(r *rand.Rand, svc *service) *step {
	st := s.flatStep(r, svc)
	if (st.action == actInternal || st.action == actAsync) && r.IntN(2) == 0 {
		st.inner = s.flatStep(r, svc)
	}
	return st
}

// flatStep draws a step with nothing inside.
func (s *system) flatStep(r *rand.Rand, svc *service) *step {
	switch n := r.IntN(100); {
	case n < 45:
		return s.callStep(r, svc)
	case n < 65:
		return s.databaseStep(r, svc)
	case n < 80:
		if st := s.publishStep(r, svc); st != nil {
			return st
		}
		return s.databaseStep(r, svc)
	default:
		st := &step{action: actInternal, name: "run " + verbs[r.IntN(len(verbs))]}
		if r.IntN(4) == 0 {
			st.action = actAsync
		}
		return st
	}
}

func (s *system) databaseStep(r *rand.Rand, svc *service) *step {
	st := &step{action: actDatabase}
	st.name, st.attrs = svc.describeDatabase(r.IntN(len(databases)))
	return st
}

// callStep calls something in a deeper layer; where there is none, a database.
func (s *system) callStep(r *rand.Rand, svc *service) *step {
	target := s.deeper(r, svc)
	if target == nil {
		return s.databaseStep(r, svc)
	}
	return s.callTo(r, svc, target)
}

func (s *system) callTo(r *rand.Rand, svc *service, target *operation) *step {
	st := &step{action: actCall, name: "POST", target: target, times: 1, attrs: svc.describeClient(target)}
	if target.rpc {
		st.name = "shop." + target.service.name + "/" + target.name
	}
	if r.IntN(4) == 0 {
		st.times = 2 + r.IntN(3)
		st.parallel = r.IntN(2) == 0
	}
	return st
}

func (s *system) deeper(r *rand.Rand, svc *service) *operation {
	var choices []*operation
	for _, layer := range s.operations[svc.layer+1:] {
		choices = append(choices, layer...)
	}
	if len(choices) == 0 {
		return nil
	}
	return choices[r.IntN(len(choices))]
}

// publishStep sends to a queue that deeper services read; nil if there is no
// client for the language, or nobody to read.
func (s *system) publishStep(r *rand.Rand, svc *service) *step {
	choices := libraries[r.IntN(len(libraries))]
	sender := pickLibrary(r, choices, svc)
	if sender == nil {
		return nil
	}
	var readers []*operation
	for _, other := range s.services {
		if other.layer <= svc.layer || len(readers) > 2 || r.IntN(3) > 0 {
			continue
		}
		if l := pickLibrary(r, choices, other); l != nil {
			readers = append(readers, s.consumer(r, other, l))
		}
	}
	if len(readers) == 0 {
		return nil
	}
	return s.publishTo(r, svc, sender, readers)
}

func pickLibrary(r *rand.Rand, choices []*library, svc *service) *library {
	at := r.IntN(len(choices))
	for i := range choices {
		if l := choices[(at+i)%len(choices)]; svc.speaks(l.languages) {
			return l
		}
	}
	return nil
}

// consumer is a new operation of a service that reads with the library.
func (s *system) consumer(r *rand.Rand, svc *service, l *library) *operation {
	o := s.newOperation(r, svc, ptrace.SpanKindConsumer)
	o.library = l
	svc.groups++
	o.group = svc.name + "-group-" + strconv.Itoa(svc.groups)
	for range r.IntN(3) {
		o.steps = append(o.steps, s.flatStep(r, svc))
	}
	return o
}

func (s *system) publishTo(r *rand.Rand, svc *service, sender *library, readers []*operation) *step {
	s.queues++
	q := &queue{
		broker: sender.broker, topic: verbs[r.IntN(len(verbs))] + "-events-" + strconv.Itoa(s.queues),
		address: string(sender.broker) + "." + svc.name + ".shop.svc", sender: sender,
	}
	for range 1 + r.IntN(maxPartitions) {
		q.offsets = append(q.offsets, r.Int64N(maxFirstOffset))
	}
	if sender.broker == brokerKafka && r.IntN(4) == 0 {
		q.cluster = newUUID(r)[:22]
	}
	for _, o := range readers {
		q.consumers = append(q.consumers, o)
		o.name = "process " + q.topic
	}
	return &step{action: actPublish, name: "send " + q.topic, queue: q}
}
