package multilangbridgeprocessor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/header"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
)

// Config of the processor.
type Config struct {
	// Wait is how long a batch is held for the missing pieces of its traces.
	// 0 holds nothing: spans are normalised, if asked for, and passed on at once.
	Wait time.Duration `mapstructure:"wait"`
	// MaxHeldSpans bounds the spans held. At the bound the oldest leave before
	// their time, joined with what is there.
	MaxHeldSpans int `mapstructure:"max_held_spans"`
	// MaxHeldMiB bounds the held spans' size in MiB, encoded in OTLP; in memory they
	// take about three times that.
	MaxHeldMiB int `mapstructure:"max_held_mib"`
	// Mode says what is done to pieces that belong together.
	Mode Mode `mapstructure:"mode"`
	// Normalize rewrites attributes to one version of the semantic conventions.
	Normalize NormalizeConfig `mapstructure:"normalize"`
	// Join says by what evidence pieces are joined.
	Join JoinConfig `mapstructure:"join"`
	// Repair says what is mended within a trace.
	Repair RepairConfig `mapstructure:"repair"`
	// Infer is for pieces that carry no evidence.
	Infer InferConfig `mapstructure:"infer"`

	_ struct{}
}

// NormalizeConfig of attribute names. Every spelling is read anyway.
type NormalizeConfig struct {
	// Enabled rewrites old attribute names to those of the pinned version.
	Enabled bool `mapstructure:"enabled"`
	// KeepOriginal leaves the old attributes in place beside the new ones.
	KeepOriginal bool `mapstructure:"keep_original"`

	_ struct{}
}

// JoinConfig names the evidence that is acted on.
type JoinConfig struct {
	// Identity joins 64-bit ids to the 128-bit ids they are half of.
	Identity bool `mapstructure:"identity"`
	// Headers are the propagation formats that are read from captured request headers.
	Headers []string `mapstructure:"headers"`
	// Links says which span links become parents.
	Links LinkPolicy `mapstructure:"links"`
	// MessageKeys joins a consumer to the producer of the broker's message id or offset.
	MessageKeys bool `mapstructure:"message_keys"`
	// RequestID joins spans that captured one x-request-id header.
	RequestID bool `mapstructure:"request_id"`
	// CustomKeys are ids of the application that services record.
	CustomKeys []CustomKeyConfig `mapstructure:"custom_keys"`
	// TrustPublicPeers acts on headers and custom keys also of requests that came
	// from a public client.address.
	TrustPublicPeers bool `mapstructure:"trust_public_peers"`
	// MaxFanIn bounds the pieces that one key value or one linked span may tie.
	MaxFanIn int `mapstructure:"max_fan_in"`
	// MaxTraceSpans bounds the held spans of a merged trace; a join beyond is refused.
	MaxTraceSpans int `mapstructure:"max_trace_spans"`

	_ struct{}
}

// RepairConfig says what is mended within a trace.
type RepairConfig struct {
	// ClockSkew says what is done about the clocks of hosts that are apart.
	ClockSkew ClockSkew `mapstructure:"clock_skew"`
	// SharedSpans gives the serving half of a span id that client and server share
	// an id of its own.
	SharedSpans bool `mapstructure:"shared_spans"`
	// Duplicates drops the second of two spans that are equal in every part.
	Duplicates bool `mapstructure:"duplicates"`
	// MissingParents hangs serving spans whose parent was not exported under the
	// innermost call that encloses them.
	MissingParents bool `mapstructure:"missing_parents"`

	_ struct{}
}

// InferConfig is for pieces that carry no evidence but time and topology.
type InferConfig struct {
	// Enabled joins by time and topology what carries no evidence.
	Enabled bool `mapstructure:"enabled"`
	// MinConfidence is the least probability (0.5–1) of a join; below it a span
	// stays a root and is linked to the best candidate.
	MinConfidence float64 `mapstructure:"min_confidence"`
	// MaxSpans bounds the spans that are weighed at a time, at infer.BytesPerSpan
	// each. What arrives beyond is passed on without.
	MaxSpans int `mapstructure:"max_spans"`
	// Storage is the extension (such as file_storage) that keeps what was learned
	// across restarts; without it inference learns anew.
	Storage *component.ID `mapstructure:"storage"`

	_ struct{}
}

// CustomKeyConfig is an id that the application passes along by itself.
type CustomKeyConfig struct {
	// Attribute is the span attribute or captured header that holds the id, e.g. x-trace-id.
	Attribute string `mapstructure:"attribute"`
	// Tracestate is the tracestate member that holds it; "*" reads every vendor's
	// member but ot and dd, "" none.
	Tracestate string `mapstructure:"tracestate"`
	// Scope says what one value stands for.
	Scope Scope `mapstructure:"scope"`
	// MaxAge is how far apart two spans with one value may start.
	MaxAge time.Duration `mapstructure:"max_age"`

	_ struct{}
}

// Mode is what is done to pieces that belong together.
type Mode string

// Modes.
const (
	// ModeRewrite gives joined pieces one trace id and the right parents.
	ModeRewrite Mode = "rewrite"
	// ModeLink keeps all ids and adds span links.
	ModeLink Mode = "link"
	// ModeObserve changes nothing and only counts.
	ModeObserve Mode = "observe"
)

// UnmarshalText reads a mode.
func (m *Mode) UnmarshalText(text []byte) error {
	return oneOf("mode", m, text, ModeRewrite, ModeLink, ModeObserve)
}

// LinkPolicy says which span links become parents.
type LinkPolicy string

// Link policies.
const (
	// LinksConsumer makes the only link of a consumer span without a parent its parent.
	LinksConsumer LinkPolicy = "consumer"
	// LinksOff leaves links alone.
	LinksOff LinkPolicy = "off"
)

// UnmarshalText reads a link policy.
func (p *LinkPolicy) UnmarshalText(text []byte) error {
	return oneOf("links", p, text, LinksConsumer, LinksOff)
}

// ClockSkew is what is done about the clocks of hosts that are apart.
type ClockSkew string

// Clock skew policies.
const (
	// ClockSkewOff looks away.
	ClockSkewOff ClockSkew = "off"
	// ClockSkewEstimate records the estimated offset on called spans.
	ClockSkewEstimate ClockSkew = "estimate"
	// ClockSkewApply shifts the times of spans to one clock as well.
	ClockSkewApply ClockSkew = "apply"
)

// UnmarshalText reads a clock skew policy.
func (c *ClockSkew) UnmarshalText(text []byte) error {
	return oneOf("clock_skew", c, text, ClockSkewOff, ClockSkewEstimate, ClockSkewApply)
}

// Scope is what one value of a custom key stands for.
type Scope string

// ScopeRequest means a value of its own for every request: the only scope by
// which traces can be joined without tying requests of one session together.
const ScopeRequest Scope = "request"

// UnmarshalText reads a scope.
func (s *Scope) UnmarshalText(text []byte) error {
	return oneOf("scope", s, text, ScopeRequest)
}

func oneOf[T ~string](key string, dst *T, text []byte, allowed ...T) error {
	v := T(text)
	if slices.Contains(allowed, v) {
		*dst = v
		return nil
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	return fmt.Errorf("%q must be one of %s, not %q", key, strings.Join(names, ", "), text)
}

const (
	defaultWait         = 5 * time.Second
	defaultMaxHeldSpans = 500_000
	defaultMaxHeldMiB   = 256
	defaultMaxFanIn     = 128
	defaultMaxTrace     = 100_000
	defaultMaxAge       = 30 * time.Second

	defaultMinConfidence = 0.95
	defaultInferSpans    = 100_000

	minInferWait    = 100 * time.Millisecond
	maxWait         = 10 * time.Minute
	maxMaxHeldSpans = 100_000_000
	maxMaxHeldMiB   = 1 << 20
	maxMaxFanIn     = 10_000
	maxMaxTrace     = 10_000_000
	maxMaxAge       = time.Hour
	maxCustomKeys   = merge.MaxKeys
)

func createDefaultConfig() component.Config {
	return &Config{
		Wait:         defaultWait,
		MaxHeldSpans: defaultMaxHeldSpans,
		MaxHeldMiB:   defaultMaxHeldMiB,
		Mode:         ModeRewrite,
		Join: JoinConfig{
			Identity:    true,
			Headers:     header.FormatNames(),
			Links:       LinksConsumer,
			MessageKeys: true, RequestID: true,
			CustomKeys:    []CustomKeyConfig{{Attribute: "x-trace-id", Tracestate: "*", Scope: ScopeRequest, MaxAge: defaultMaxAge}},
			MaxFanIn:      defaultMaxFanIn,
			MaxTraceSpans: defaultMaxTrace,
		},
		Repair: RepairConfig{ClockSkew: ClockSkewEstimate, SharedSpans: true, Duplicates: true, MissingParents: true},
		Infer:  InferConfig{MinConfidence: defaultMinConfidence, MaxSpans: defaultInferSpans},
	}
}

var (
	_ component.Config    = (*Config)(nil)
	_ confmap.Unmarshaler = (*CustomKeyConfig)(nil)
)

// Unmarshal gives the keys that an element of custom_keys leaves out their defaults.
func (c *CustomKeyConfig) Unmarshal(conf *confmap.Conf) error {
	c.Tracestate, c.Scope, c.MaxAge = "*", ScopeRequest, defaultMaxAge
	return conf.Unmarshal(c)
}

// Validate checks the keys of the first level.
func (c *Config) Validate() error {
	var errs []error
	if c.Wait < 0 || c.Wait > maxWait {
		errs = append(errs, fmt.Errorf(`"wait" must be between 0s and %v, not %v`, maxWait, c.Wait))
	}
	if c.MaxHeldSpans < 1 || c.MaxHeldSpans > maxMaxHeldSpans {
		errs = append(errs, fmt.Errorf(`"max_held_spans" must be between 1 and %d, not %d`, maxMaxHeldSpans, c.MaxHeldSpans))
	}
	if c.MaxHeldMiB < 1 || c.MaxHeldMiB > maxMaxHeldMiB {
		errs = append(errs, fmt.Errorf(`"max_held_mib" must be between 1 and %d, not %d`, maxMaxHeldMiB, c.MaxHeldMiB))
	}
	if c.Infer.Enabled && c.Wait < minInferWait {
		errs = append(errs, fmt.Errorf(`"infer::enabled" needs a "wait" of at least %v, not %v: nothing can be inferred about spans that are not held`, minInferWait, c.Wait))
	}
	if c.Mode == ModeObserve && c.Normalize.Enabled {
		errs = append(errs, errors.New(`"normalize::enabled" changes spans, but "mode" is observe: set one of them otherwise`))
	}
	return errors.Join(errs...)
}

// Validate checks the join keys.
func (c *JoinConfig) Validate() error {
	var errs []error
	for i, name := range c.Headers {
		if _, ok := header.ParseFormat(name); !ok {
			errs = append(errs, fmt.Errorf(`"headers::%d" must be one of %s, not %q`, i, strings.Join(header.FormatNames(), ", "), name))
		}
		if slices.Contains(c.Headers[:i], name) {
			errs = append(errs, fmt.Errorf(`"headers::%d" repeats %q`, i, name))
		}
	}
	if c.MaxFanIn < 1 || c.MaxFanIn > maxMaxFanIn {
		errs = append(errs, fmt.Errorf(`"max_fan_in" must be between 1 and %d, not %d`, maxMaxFanIn, c.MaxFanIn))
	}
	if c.MaxTraceSpans < 1 || c.MaxTraceSpans > maxMaxTrace {
		errs = append(errs, fmt.Errorf(`"max_trace_spans" must be between 1 and %d, not %d`, maxMaxTrace, c.MaxTraceSpans))
	}
	if len(c.CustomKeys) > maxCustomKeys {
		errs = append(errs, fmt.Errorf(`"custom_keys" must hold at most %d keys, not %d`, maxCustomKeys, len(c.CustomKeys)))
	}
	for i := range c.CustomKeys {
		for j := range c.CustomKeys[:i] {
			if c.CustomKeys[i].Attribute == c.CustomKeys[j].Attribute {
				errs = append(errs, fmt.Errorf(`"custom_keys::%d::attribute" repeats %q`, i, c.CustomKeys[i].Attribute))
			}
		}
	}
	return errors.Join(errs...)
}

// Validate checks the inference keys.
func (c *InferConfig) Validate() error {
	var errs []error
	if !(c.MinConfidence >= 0.5 && c.MinConfidence <= 1) {
		errs = append(errs, fmt.Errorf(`"min_confidence" must be between 0.5 and 1, not %v`, c.MinConfidence))
	}
	if c.MaxSpans < 1 || c.MaxSpans > maxMaxHeldSpans {
		errs = append(errs, fmt.Errorf(`"max_spans" must be between 1 and %d, not %d`, maxMaxHeldSpans, c.MaxSpans))
	}
	return errors.Join(errs...)
}

// Validate checks one custom key.
func (c *CustomKeyConfig) Validate() error {
	var errs []error
	if c.Attribute == "" || strings.TrimSpace(c.Attribute) != c.Attribute {
		errs = append(errs, fmt.Errorf(`"attribute" must name a span attribute or header such as x-trace-id, not %q`, c.Attribute))
	}
	if c.MaxAge <= 0 || c.MaxAge > maxMaxAge {
		errs = append(errs, fmt.Errorf(`"max_age" must be above 0s and at most %v, not %v`, maxMaxAge, c.MaxAge))
	}
	return errors.Join(errs...)
}
