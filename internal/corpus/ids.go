package corpus

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// idFormat is how a service's tracer makes trace ids.
type idFormat uint8

const (
	idWide    idFormat = iota // 128 random bits
	idNarrow                  // 64 random bits, the high half zero
	idDatadog                 // seconds, 32 zero bits, 63 random bits
	idXRay                    // seconds, 96 random bits
)

func joinID(high, low uint64) (id pcommon.TraceID) {
	binary.BigEndian.PutUint64(id[:8], high)
	binary.BigEndian.PutUint64(id[8:], low)
	return id
}

func highHalf(id pcommon.TraceID) uint64 { return binary.BigEndian.Uint64(id[:8]) }
func lowHalf(id pcommon.TraceID) uint64  { return binary.BigEndian.Uint64(id[8:]) }
func spanNumber(id pcommon.SpanID) uint64 {
	return binary.BigEndian.Uint64(id[:])
}

// newTraceID makes an id that no other trace of the generator has.
func newTraceID(r *rand.Rand, f idFormat, at int64) pcommon.TraceID {
	low := r.Uint64() | 1
	seconds := uint64(at/1e9) << 32
	switch f {
	case idNarrow:
		return joinID(0, low)
	case idDatadog:
		return joinID(seconds, low>>1|1)
	case idXRay:
		return joinID(seconds|r.Uint64()>>32, low)
	default:
		return joinID(r.Uint64()|1<<63, low)
	}
}

func newSpanID(r *rand.Rand) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], r.Uint64()|1)
	return id
}

// newUUID makes a random UUID (version 4).
func newUUID(r *rand.Rand) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], r.Uint64())
	binary.BigEndian.PutUint64(raw[8:], r.Uint64())
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	var s [36]byte
	hex.Encode(s[:8], raw[:4])
	s[8] = '-'
	hex.Encode(s[9:13], raw[4:6])
	s[13] = '-'
	hex.Encode(s[14:18], raw[6:8])
	s[18] = '-'
	hex.Encode(s[19:23], raw[8:10])
	s[23] = '-'
	hex.Encode(s[24:], raw[10:])
	return string(s[:])
}

func newHex(r *rand.Rand, bytes int) string {
	raw := make([]byte, bytes)
	for i := range raw {
		raw[i] = byte(r.Uint32())
	}
	return hex.EncodeToString(raw)
}
