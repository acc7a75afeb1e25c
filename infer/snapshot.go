package infer

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// snapshotVersion changes with the saved form; other versions are refused.
const snapshotVersion = 1

// MaxSnapshotBytes bounds what Restore reads.
const MaxSnapshotBytes = 256 << 20

// Snapshot returns what was learned, for [Engine.Restore]. It holds no spans. name
// gives the name that a number was interned for.
func (e *Engine) Snapshot(name func(uint32) string) ([]byte, error) {
	out := savedModels{Version: snapshotVersion, Between: saveService("", e.models.between, name)}
	for _, id := range slices.Sorted(maps.Keys(e.models.services)) {
		out.Services = append(out.Services, saveService(name(id), e.models.services[id], name))
	}
	for p := range e.calibrations {
		for _, r := range e.calibrations[p].bins {
			out.Calibrations[p] = append(out.Calibrations[p], savedReliability{r.checked, r.right, r.said})
		}
	}
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(out); err != nil {
		return nil, fmt.Errorf("encode models: %w", err)
	}
	return buf.Bytes(), nil
}

func saveService(title string, s *service, name func(uint32) string) savedService {
	out := savedService{Name: title, Unit: s.unit, Timed: s.timed, Types: make([]savedType, len(s.types))}
	for k, t := range s.types {
		kind := s.kinds[t]
		out.Types[t] = savedType{
			Operation: name(k.operation), Peer: name(k.peer), PeerOperation: name(k.peerOperation), Kind: k.kind,
			Total: kind.total, Roots: kind.roots, Choice: kind.choice, Known: kind.known,
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(s.endpoints), compareEndpoints) {
		m := s.endpoints[k]
		saved := savedEndpoint{
			Service: name(k.service), Operation: name(k.operation), Peer: name(k.peer), Kind: k.kind,
			Requests: m.requests, Ends: saveGaps(&m.ends),
		}
		for t, c := range m.calls {
			if c != nil {
				saved.Calls = append(saved.Calls, saveCall(t, c))
			}
		}
		out.Endpoints = append(out.Endpoints, saved)
	}
	return out
}

func compareEndpoints(a, b endpointKey) int {
	return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.operation, b.operation),
		cmp.Compare(a.peer, b.peer), cmp.Compare(a.kind, b.kind))
}

// errSnapshot is the cause of a snapshot that cannot be what Snapshot wrote.
var errSnapshot = errors.New("snapshot is damaged; delete it, and the engine learns anew")

// Restore replaces what was learned by what a snapshot holds. intern gives the
// number of a name. On error the engine is as it was.
func (e *Engine) Restore(data []byte, intern func(string) uint32) error {
	if len(data) > MaxSnapshotBytes {
		return fmt.Errorf("snapshot of %d bytes is above the bound of %d; delete it, and the engine learns anew", len(data), MaxSnapshotBytes)
	}
	var in savedModels
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&in); err != nil {
		return fmt.Errorf("%w: %w", errSnapshot, err)
	}
	if in.Version != snapshotVersion {
		return fmt.Errorf("snapshot has version %d, not %d; delete it, and the engine learns anew", in.Version, snapshotVersion)
	}
	m := newModels(e.cfg.MaxEndpoints)
	r := restorer{intern: intern, models: &m}
	var err error
	if m.between, err = r.service(&in.Between); err != nil {
		return err
	}
	for i := range in.Services[:min(len(in.Services), m.limit)] {
		s, err := r.service(&in.Services[i])
		if err != nil {
			return err
		}
		m.services[intern(in.Services[i].Name)] = s
	}
	e.models = m
	for p := range in.Calibrations {
		e.calibrations[p] = restoreCalibration(in.Calibrations[p])
	}
	return nil
}
