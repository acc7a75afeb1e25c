package topologyexporter

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/polyspan/polyspan/topology/history"
)

// openStorage gives a client of the storage extension.
func openStorage(ctx context.Context, host component.Host, id, exporter component.ID) (storage.Client, error) {
	found, ok := host.GetExtensions()[id]
	if !ok {
		return nil, fmt.Errorf(`"history::storage" is %q: there is no such extension; define it under extensions and list it in service::extensions`, id)
	}
	extension, ok := found.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf(`"history::storage" is %q: that is no storage extension; use one such as file_storage`, id)
	}
	client, err := extension.GetClient(ctx, component.KindExporter, exporter, "")
	if err != nil {
		return nil, fmt.Errorf(`"history::storage" %q: %w`, id, err)
	}
	return client, nil
}

// blobs are history.Blobs over a storage client.
type blobs struct{ client storage.Client }

func (b blobs) Apply(ctx context.Context, changes []history.Change) error {
	operations := make([]*storage.Operation, 0, len(changes))
	for _, c := range changes {
		if c.Value == nil {
			operations = append(operations, storage.DeleteOperation(c.Key))
			continue
		}
		operations = append(operations, storage.SetOperation(c.Key, c.Value))
	}
	return b.client.Batch(ctx, operations...)
}

func (b blobs) Load(ctx context.Context, key string) ([]byte, error) { return b.client.Get(ctx, key) }
