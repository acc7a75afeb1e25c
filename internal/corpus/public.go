package corpus

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// Prefixes of the documentation ranges (RFC 5737, RFC 3849), which stand for
// public addresses.
const (
	publicNetV4      = "203.0.113."
	otherPublicNetV4 = "198.51.100."
	publicNetV6      = "2001:db8::"
)

func publicAddress(r *rand.Rand) string {
	switch r.IntN(3) {
	case 0:
		return publicNetV6 + strconv.FormatInt(int64(1+r.IntN(0xfffe)), 16)
	case 1:
		return otherPublicNetV4 + strconv.Itoa(1+r.IntN(250))
	default:
		return publicNetV4 + strconv.Itoa(1+r.IntN(250))
	}
}

// isPublic reports whether a serving span came from a public address.
func (s *Span) isPublic() bool {
	for _, n := range s.process.service.names {
		for _, a := range s.attrs {
			if a.key != n.clientAddress {
				continue
			}
			for _, net := range [...]string{publicNetV4, otherPublicNetV4, publicNetV6} {
				if strings.HasPrefix(a.text, net) {
					return true
				}
			}
		}
	}
	return false
}
