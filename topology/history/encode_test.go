package history

import (
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/topology"
	"github.com/polyspan/polyspan/topology/internal/packed"
)

// fullSlot has every field set.
func fullSlot() *Slot {
	h := func(first int, counts ...float64) topology.Histogram {
		return topology.Histogram{First: first, Counts: counts, SumSeconds: 0.5}
	}
	return &Slot{
		Start: at(0).UnixNano(), End: at(1).UnixNano(),
		Nodes: []Node{{
			NodeName: topology.NodeName{Namespace: "shop", Name: "cart"}, Kind: contract.NodeService,
			Languages: []contract.Language{"java", "go"}, SDK: "opentelemetry 1.44", Runtime: "OpenJDK 17", Instances: 3,
			Versions: []Version{{"1.0", 12}, {"", 0.5}}, First: 5, Last: at(1).UnixNano() - 1,
		}},
		Edges: []Edge{
			{
				EdgeName: topology.EdgeName{
					Source: topology.NodeName{Namespace: "shop", Name: "web"}, Target: topology.NodeName{Namespace: "shop", Name: "cart"},
					Transport: "grpc", Relation: contract.RelationCall,
				},
				SourceLanguage: "nodejs", TargetLanguage: "java", First: 7, Last: at(0).UnixNano() + 1,
				Figures: topology.Figures{
					Calls: 12.5, Errors: [3]float64{1, 2, 3}, Evidence: [3]float64{9, 2, 1.5},
					Client: h(100, 1, 0, 2.5), Server: h(90, 7), Boundary: h(0, 1), Queue: h(topology.NumBuckets-1, 4),
					Request: topology.Sizes{Bytes: 1 << 40, Count: 3}, Response: topology.Sizes{Bytes: 4, Count: 1},
					CriticalSeconds: 0.25, EntrySeconds: 1.5,
				},
			},
			{
				EdgeName:      topology.EdgeName{Source: topology.NodeName{Name: topology.CallerMissingName}, Target: topology.NodeName{Namespace: "shop", Name: "cart"}},
				CallerMissing: true, First: 1, Last: 2, Figures: topology.Figures{Calls: 1},
			},
		},
	}
}

func TestRoundTrip(t *testing.T) {
	var w packed.Writer
	for name, s := range map[string]*Slot{
		"every field": fullSlot(),
		"empty":       {Start: 1, End: 2, Nodes: []Node{}, Edges: []Edge{}},
		"again":       fullSlot(),
	} {
		b, err := encode(&w, s)
		require.NoError(t, err, name)
		got, err := decode(b)
		require.NoError(t, err, name)
		assert.Equal(t, s, got, name)
	}
}

func TestEncodeTrimsHistograms(t *testing.T) {
	var w packed.Writer
	s := slotOf(0, edgeOf("a", "b", 1))
	s.Edges[0].Figures.Server = topology.Histogram{First: 64, Counts: []float64{0, 0, 3, 0, 1, 0}}
	b, err := encode(&w, s)
	require.NoError(t, err)
	got, err := decode(b)
	require.NoError(t, err)
	assert.Equal(t, topology.Histogram{First: 66, Counts: []float64{3, 0, 1}}, got.Edges[0].Figures.Server)
}

func FuzzDecode(f *testing.F) {
	var w packed.Writer
	for _, s := range []*Slot{fullSlot(), {Start: 1, End: 2}} {
		_, err := encode(&w, s)
		require.NoError(f, err)
		f.Add(w.Record(slotMagic, slotVersion))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		if len(record) > 8 { // the checksum would stop the fuzzer at the door
			binary.LittleEndian.PutUint32(record[4:], crc32.Checksum(record[8:], crc32.MakeTable(crc32.Castagnoli)))
		}
		s, err := decode(record)
		if err != nil {
			return
		}
		b, err := encode(&w, s)
		require.NoError(t, err)
		again, err := decode(b)
		require.NoError(t, err, "what was decoded can be encoded")
		require.Len(t, again.Edges, len(s.Edges))
	})
}
