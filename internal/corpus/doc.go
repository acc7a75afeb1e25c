// Package corpus makes traces whose truth is known, and breaks them the way
// languages, SDKs and proxies do.
//
// A [Generator] draws a system of services from its seed: eight languages, each
// with the attribute names, id widths, clock grids and default message keys of
// its SDK; calls that repeat and run in parallel, asynchronous work, retries,
// replicas, faults, databases and brokers. [Generator.Next] walks one request
// through it and applies the breaks it is asked for, alone or several at once.
// The result is a [Case]: the spans as they are sent, and for every span its true
// parent and request, and for every broken edge an [Edge] that says what the
// evidence that is left allows. A [Batcher] turns cases into the batches that the
// services' SDKs would export.
//
// The same seed and calls give the same cases, on every machine. A case lives in
// the generator's memory until the next one: a generator needs the memory of its
// largest case, whatever the number of cases. It is not safe for concurrent use.
//
// What evidence allows is said by rules M1–M14 of the merge model. Where they
// leave a question open a break takes the careful reading: it asks for less, and
// its Note says why.
package corpus
