package topology

import (
	"encoding/json"
	"fmt"

	"github.com/polyspan/polyspan/contract"
)

// JSON renders the topology as the document of the API, in one line. Characters that
// mean something in HTML are escaped.
func JSON(t *contract.Topology) ([]byte, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("encode topology: %w", err)
	}
	return b, nil
}
