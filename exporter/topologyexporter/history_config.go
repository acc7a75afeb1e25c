package topologyexporter

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/polyspan/polyspan/topology/breaks"
)

// HistoryConfig is what is kept of earlier topologies, and where.
type HistoryConfig struct {
	// Retention is how far back the API answers; 0 keeps nothing. Default 24h, else
	// at least twice the window, at most 720h.
	Retention time.Duration `mapstructure:"retention"`

	// MaxMiB bounds the history, in MiB; the oldest leaves first. Default 64, 1 to 65536.
	MaxMiB int `mapstructure:"max_mib"`

	// Storage is a storage extension, such as file_storage, for the history and for the
	// state that a restart goes on from. Default none: the history is in memory, and a
	// restart begins with an empty topology.
	Storage *component.ID `mapstructure:"storage"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// Validate checks every key against its bounds.
func (cfg *HistoryConfig) Validate() error {
	return errors.Join(
		between("retention", cfg.Retention, 0, 720*time.Hour),
		between("max_mib", cfg.MaxMiB, 1, 65536),
	)
}

// validateFor checks the retention against the window.
func (cfg *HistoryConfig) validateFor(window time.Duration) error {
	if cfg.Retention > 0 && cfg.Retention < 2*window {
		return fmt.Errorf(`"history::retention" is %v: set it to 0 or no shorter than twice the window (%v)`, cfg.Retention, window)
	}
	return nil
}

// BreaksConfig is how lost context is looked for.
type BreaksConfig struct {
	// Enabled: it is looked for. Default true.
	Enabled bool `mapstructure:"enabled"`

	// MaxEntries bounds the root spans that are remembered to be compared with callers
	// that found no callee, at 300 bytes each. Default 16384, 1000 to 1000000.
	MaxEntries int `mapstructure:"max_entries"`

	// MaxGroups bounds the groups of breaks reported, and those of other causes, each.
	// Default 256, 10 to 10000.
	MaxGroups int `mapstructure:"max_groups"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// Validate checks every key against its bounds.
func (cfg *BreaksConfig) Validate() error {
	return errors.Join(
		between("max_entries", cfg.MaxEntries, 1000, 1_000_000),
		between("max_groups", cfg.MaxGroups, 10, 10_000),
	)
}

// breakLimits are the bounds of the detector: entries are remembered until callers of
// the same time have waited, and spans that are delayed have come.
func (cfg *Config) breakLimits() breaks.Limits {
	const delay = 30 * time.Second
	l := breaks.DefaultLimits()
	l.MaxEntries = cfg.Breaks.MaxEntries
	l.MaxGroups = cfg.Breaks.MaxGroups
	l.Keep = 2*cfg.Pending.Wait + delay
	l.KeepMessages = cfg.Pending.MessageWait + time.Minute + delay
	return l
}
