// Package skew estimates how far the clocks of hosts are apart, from calls whose
// two ends are known.
//
// It takes the times of a calling and a called span on two hosts and gives, per
// ordered pair of hosts, the offset of the callee's clock against the caller's:
// the median of the distances between the middles of the two spans over a window
// of minutes, which a single slow request or an asynchronous child does not move.
// Where nearly all called spans lie within their callers the clocks agree, and the
// offset is 0: the middle of a call need not be the middle of its callee.
//
// An Estimator reads no clock, is not safe for concurrent use, and is bounded: 256
// samples of 32 bytes for each of at most MaxPairs pairs.
package skew
