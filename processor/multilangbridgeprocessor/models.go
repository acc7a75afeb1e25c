package multilangbridgeprocessor

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
)

// modelsKey is under which the learned models are stored.
const modelsKey = "models"

// modelStore keeps what inference has learned across restarts. Without a storage
// extension it does nothing.
type modelStore struct {
	client storage.Client // nil without storage
}

func openModels(ctx context.Context, host component.Host, id *component.ID, self component.ID) (modelStore, error) {
	if id == nil {
		return modelStore{}, nil
	}
	extension, ok := host.GetExtensions()[*id]
	if !ok {
		return modelStore{}, fmt.Errorf(`"infer::storage" names %q, which is not among the extensions of the service: add it there`, id)
	}
	source, ok := extension.(storage.Extension)
	if !ok {
		return modelStore{}, fmt.Errorf(`"infer::storage" names %q, which stores nothing: name an extension such as file_storage`, id)
	}
	client, err := source.GetClient(ctx, component.KindProcessor, self, "infer")
	if err != nil {
		return modelStore{}, fmt.Errorf(`"infer::storage" %q: %w`, id, err)
	}
	return modelStore{client: client}, nil
}

// load gives the engine what an earlier run learned. What cannot be read is
// forgotten: everything can be learned again.
func (f *inference) load(ctx context.Context) {
	if f.models.client == nil {
		return
	}
	data, err := f.models.client.Get(ctx, modelsKey)
	if err == nil && len(data) > 0 {
		err = f.engine.Restore(data, f.names.id)
	}
	if err != nil {
		f.log.Warn("what inference had learned cannot be read, it starts anew", zap.Error(err))
	}
}

func (f *inference) save(ctx context.Context) {
	if f.models.client == nil {
		return
	}
	data, err := f.engine.Snapshot(f.names.name)
	if err == nil {
		err = f.models.client.Set(ctx, modelsKey, data)
	}
	if err != nil {
		f.log.Warn("what inference has learned cannot be stored", zap.Error(err))
	}
}

func (m *modelStore) close(ctx context.Context) error {
	if m.client == nil {
		return nil
	}
	return m.client.Close(ctx)
}
