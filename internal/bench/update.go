package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// UpdateFile writes results to a JSON file. Lines that are there and were not
// measured again stay, so that several commands fill one file.
func UpdateFile(name string, results []Result) error {
	var old []Result
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(data, &old); err != nil {
			return fmt.Errorf("%s: %w; delete it, it is written anew", name, err)
		}
	}
	for _, r := range results {
		same := func(o Result) bool { return o.Name == r.Name && o.Unit == r.Unit && o.Peer == r.Peer }
		if i := slices.IndexFunc(old, same); i >= 0 {
			old[i] = r
		} else {
			old = append(old, r)
		}
	}
	var buf bytes.Buffer
	if err := WriteJSON(&buf, old); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, buf.Bytes(), 0o644)
}
