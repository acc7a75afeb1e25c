package corpus

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/polyspan/polyspan/contract"
)

// process is one replica of a service.
type process struct {
	service  *service
	host     *host
	resource []attr
}

// service is a service with the habits of its SDK.
type service struct {
	name      string
	layer     int // calls go to deeper layers only
	profile   *profile
	names     []*spelling // one generation of names, or two at once
	ids       idFormat
	processes []*process
	// astray is a replica on a host with a wrong clock. Only breaks use it.
	astray *process
	groups int // consumer operations made so far
	// captures says that it was told to capture the traceparent of every request.
	captures bool
}

func (s *service) speaks(languages []contract.Language) bool {
	return slices.Contains(languages, s.profile.language)
}

func (s *service) pick(r *rand.Rand) *process { return s.processes[r.IntN(len(s.processes))] }

// header is the name under which its instrumentation captures a request header.
func (s *service) header(rpc bool, header string) string {
	n := s.names[len(s.names)-1]
	if rpc {
		return n.metadataPrefix + header
	}
	if n.headerUnderscores {
		return n.headerPrefix + strings.ReplaceAll(header, "-", "_")
	}
	return n.headerPrefix + header
}

var serviceNames = []string{
	"frontend", "checkout", "payment", "inventory", "shipping", "fraud", "catalog", "search", "recommend", "cart",
	"currency", "email", "quote", "ads", "reviews", "accounts", "auth", "pricing", "billing", "ledger",
	"notify", "media", "geo", "rates", "profile", "orders", "warehouse", "tax", "loyalty", "support",
}

func (s *service) addProcess(r *rand.Rand, h *host) *process {
	p := &process{service: s, host: h}
	p.resource = []attr{
		text("service.name", s.name),
		text("service.namespace", "shop"),
		text("service.instance.id", newUUID(r)),
		text("telemetry.sdk.language", string(s.profile.language)),
		text("telemetry.sdk.name", "opentelemetry"),
		text("telemetry.sdk.version", s.profile.version),
		text("host.name", h.name),
		number("process.pid", int64(1+r.IntN(60000))),
	}
	if s.profile.runtime != "" {
		p.resource = append(p.resource, text("process.runtime.name", s.profile.runtime))
	}
	return p
}
