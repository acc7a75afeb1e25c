package corpus

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// skyWalking is the place of a span in SkyWalking's own terms.
type skyWalking struct {
	segment string
	number  uint32
}

// newSkyWalkingID makes an id in either of SkyWalking's forms.
func newSkyWalkingID(r *rand.Rand, at int64) string {
	if r.IntN(3) == 0 {
		return newUUID(r)
	}
	return newHex(r, 16) + "." + strconv.Itoa(1+r.IntN(500)) + "." + strconv.FormatInt(at/1e6*10_000+r.Int64N(10_000), 10)
}

// skyWalkingTraceID is the OTLP id that the SkyWalking receiver makes of a trace or
// segment id: a UUID is its bytes, "<hex>.<thread>.<sequence>" the hex with bytes
// 4–7 XOR the thread and 8–15 XOR the sequence, both little-endian.
func skyWalkingTraceID(id string) (out pcommon.TraceID) {
	parts := strings.Split(id, ".")
	raw, err := hex.DecodeString(strings.ReplaceAll(parts[0], "-", ""))
	if err != nil || len(raw) != len(out) {
		return pcommon.TraceID{}
	}
	copy(out[:], raw)
	if len(parts) < 3 {
		return out
	}
	thread, _ := strconv.ParseUint(parts[1], 10, 32)
	sequence, _ := strconv.ParseUint(parts[2], 10, 64)
	binary.LittleEndian.PutUint32(out[4:8], binary.LittleEndian.Uint32(out[4:8])^uint32(thread))
	binary.LittleEndian.PutUint64(out[8:], binary.LittleEndian.Uint64(out[8:])^sequence)
	return out
}

// skyWalkingSpanID is the OTLP id of a span in a segment: the segment's id, bytes
// 0–3 XOR the span's number, its halves XOR each other.
func skyWalkingSpanID(segment string, number uint32) (out pcommon.SpanID) {
	id := skyWalkingTraceID(segment)
	binary.LittleEndian.PutUint32(id[:4], binary.LittleEndian.Uint32(id[:4])^number)
	binary.BigEndian.PutUint64(out[:], highHalf(id)^lowHalf(id))
	return out
}

// segmentise makes span i and those of its process around it one SkyWalking
// segment, and its trace a SkyWalking trace, whose id it returns. It does not fit
// where others depend on the trace's id.
func (x *surgery) segmentise(i int32) (trace string, ok bool) {
	old := x.c.Spans[i].TraceID
	if x.pins[old] != 0 {
		return "", false
	}
	trace = newSkyWalkingID(x.r, x.c.Spans[i].begin)
	id := skyWalkingTraceID(trace)
	x.retrace(old, id)
	x.pins[id] = pinShared
	segment, number := newSkyWalkingID(x.r, x.c.Spans[i].begin), uint32(0)
	for j := range x.c.Spans {
		s := &x.c.Spans[j]
		if s.segment != x.c.Spans[i].segment {
			continue
		}
		s.sw = skyWalking{segment, number}
		s.grid = time.Millisecond
		x.rename(int32(j), skyWalkingSpanID(segment, number))
		s.attrs = append(s.attrs, text("sw8.trace_id", trace), text("sw8.segment_id", segment), text("sw8.span_id", strconv.Itoa(int(number))))
		number++
	}
	return trace, true
}
