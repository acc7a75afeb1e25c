package history

import "context"

// Blobs keep encoded slots over a restart.
type Blobs interface {
	// Apply makes all changes or none.
	Apply(ctx context.Context, changes []Change) error
	// Load gives what was set last, nil when there is nothing.
	Load(ctx context.Context, key string) ([]byte, error)
}

// Change sets the value of a key, or deletes it when Value is nil.
type Change struct {
	Key   string
	Value []byte
}
