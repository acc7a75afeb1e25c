package replay

import (
	"errors"
	"fmt"
	"time"
)

// Variant says which contexts a replay removes.
type Variant string

// Variants.
const (
	// VariantA loses the context inside services: client spans lose their parents.
	VariantA Variant = "A"
	// VariantB loses it between them: server spans lose their client spans.
	VariantB Variant = "B"
	// VariantC loses both, and every host's clock is wrong.
	VariantC Variant = "C"
)

// Recipe says how traces are broken. The zero Recipe is not valid; start from
// [DefaultRecipe].
type Recipe struct {
	Variant Variant
	// Compress divides the distance between requests, and so multiplies how many
	// are in flight; what happens inside a request keeps its times. At least 1.
	Compress float64
	// KeepStep moves requests by whole steps of the recording's coarsest clock, and
	// not by microseconds. Where clocks are coarse, anything finer gives each trace a
	// phase of its own, which real ones do not have.
	KeepStep bool
	// Skew bounds the offset of each host's clock in variant C.
	Skew time.Duration
	// Propagated is the share of traces that keep all their contexts, as some do in
	// most systems: 0 to 1.
	Propagated float64
	// AtOnce makes all spans arrive together, as from a file that is read in one go,
	// and not as time passes.
	AtOnce bool
	// Seed decides ids, order, offsets and batches.
	Seed uint64
}

// DefaultRecipe is variant A of a recording as it is.
func DefaultRecipe() Recipe {
	return Recipe{Variant: VariantA, Compress: 1, Skew: 20 * time.Millisecond, Seed: 1}
}

// maxSkew keeps shifted times well inside 64 bits.
const maxSkew = time.Hour

// Validate names what is out of bounds.
func (r Recipe) Validate() error {
	switch {
	case r.Variant != VariantA && r.Variant != VariantB && r.Variant != VariantC:
		return fmt.Errorf("variant must be A, B or C, not %q", r.Variant)
	case !(r.Compress >= 1 && r.Compress <= 1e6):
		return fmt.Errorf("compression must be from 1 to 1000000, not %v", r.Compress)
	case !(r.Propagated >= 0 && r.Propagated <= 1):
		return fmt.Errorf("propagated share must be from 0 to 1, not %v", r.Propagated)
	case r.Skew < 0 || r.Skew > maxSkew:
		return errors.New("skew must be from 0s to 1h")
	}
	return nil
}

// within reports whether client spans lose their parents.
func (v Variant) within() bool { return v != VariantB }

// between reports whether server spans lose theirs.
func (v Variant) between() bool { return v != VariantA }
