package topologyexporter

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// disk is a storage extension in memory that outlives the exporters which use it, and
// can be full.
type disk struct {
	component.StartFunc
	component.ShutdownFunc

	mu     sync.Mutex
	values map[string][]byte
	full   bool
	writes int
	open   int
}

var (
	_ storage.Extension = (*disk)(nil)
	_ storage.Client    = diskClient{}

	errFull = errors.New("no space left on device")
)

func newDisk() *disk { return &disk{values: map[string][]byte{}} }

func (d *disk) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open++
	return diskClient{d}, nil
}

// copied is what is on it at an instant: what a killed process leaves behind.
func (d *disk) copied() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &disk{values: maps.Clone(d.values)}
}

func (d *disk) set(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

type diskClient struct{ d *disk }

func (c diskClient) Get(_ context.Context, key string) ([]byte, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	return c.d.values[key], nil
}

func (c diskClient) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

func (c diskClient) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

func (c diskClient) Batch(_ context.Context, operations ...*storage.Operation) error {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	if c.d.full {
		return errFull
	}
	c.d.writes++
	for _, o := range operations {
		switch o.Type {
		case storage.Get:
			o.Value = c.d.values[o.Key]
		case storage.Set:
			c.d.values[o.Key] = o.Value
		case storage.Delete:
			delete(c.d.values, o.Key)
		}
	}
	return nil
}

func (c diskClient) Close(context.Context) error {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	c.d.open--
	return nil
}

// machine is a host with extensions.
type machine map[component.ID]component.Component

func (m machine) GetExtensions() map[component.ID]component.Component { return m }

var storageID = component.MustNewIDWithName("file_storage", "topology")

func onDisk(c *Config) { c.History.Storage = &storageID }

// plain is an extension that stores nothing.
type plain struct {
	component.StartFunc
	component.ShutdownFunc
}

func TestStorageHasToBeThere(t *testing.T) {
	tests := map[string]struct {
		host machine
		want string
	}{
		"missing": {machine{}, `"history::storage" is "file_storage/topology": there is no such extension; define it under extensions and list it in service::extensions`},
		"another": {machine{storageID: &plain{}}, `"history::storage" is "file_storage/topology": that is no storage extension; use one such as file_storage`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := newTest(t, onDisk)
			require.EqualError(t, e.start(t.Context(), tt.host), tt.want)
			require.NoError(t, e.shutdown(t.Context()))
		})
	}
}
