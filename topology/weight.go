package topology

import (
	"strconv"
	"strings"
)

// maxWeight bounds what a single span may stand for: a sampling of one in a million.
const maxWeight = 1 << 20

// Weight reads how many spans a sampled span stands for from a W3C tracestate
// (member "ot", key "th", the rejection threshold; rule T10). It is 1 without a
// valid threshold, and never more than 2^20.
func Weight(tracestate string) float64 {
	for tracestate != "" {
		var member string
		member, tracestate, _ = strings.Cut(tracestate, ",")
		if v, ok := strings.CutPrefix(strings.TrimSpace(member), "ot="); ok {
			return weightOfOT(v)
		}
	}
	return 1
}

func weightOfOT(value string) float64 {
	for value != "" {
		var pair string
		pair, value, _ = strings.Cut(value, ";")
		if th, ok := strings.CutPrefix(pair, "th:"); ok {
			return weightOfThreshold(th)
		}
	}
	return 1
}

// weightOfThreshold: up to 14 hexadecimal digits of a 56-bit number, trailing zeros
// left out; spans with randomness below it were dropped.
func weightOfThreshold(th string) float64 {
	const digits = 14
	if th == "" || len(th) > digits {
		return 1
	}
	n, err := strconv.ParseUint(th, 16, 64)
	if err != nil {
		return 1
	}
	kept := uint64(1)<<56 - n<<(4*(digits-len(th)))
	return min(float64(uint64(1)<<56)/float64(kept), maxWeight)
}
