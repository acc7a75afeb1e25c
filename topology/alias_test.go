package topology

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func at(host string, port uint16) Attributes {
	return Attributes{Protocols: ProtocolHTTP, ServerAddress: host, ServerPort: port}
}

// paired is a call from a to a service at port 80 of a host.
func paired(trace int, host, target string) []span {
	return []span{
		{service: "a", kind: KindClient, trace: trace, id: 1, attrs: at(host, 80)},
		{service: target, kind: KindServer, trace: trace, id: 2, parent: 1, attrs: http},
	}
}

func TestAliases(t *testing.T) {
	tests := []struct {
		name  string
		learn [][]span
		call  Attributes
		want  string
	}{
		{"an address learned", [][]span{paired(1, "b.shop", "b")}, at("b.shop", 80), "c -> b http call x1 inferred=1"},
		{"another port is another service", [][]span{paired(1, "b.shop", "b")}, at("b.shop", 81), "c -> b.shop http call x1"},
		{"two services behind one address", [][]span{paired(1, "gate", "b"), paired(2, "gate", "d")}, at("gate", 80), "c -> gate http call x1"},
		{"loopback means another machine to another caller", [][]span{paired(1, "127.0.0.1", "b")}, at("127.0.0.1", 80), "c -> 127.0.0.1 http call x1"},
		{
			"the address wins over the peer's name",
			[][]span{paired(1, "b.shop", "b")},
			Attributes{Protocols: ProtocolHTTP, ServerAddress: "b.shop", ServerPort: 80, PeerService: "backend"},
			"c -> b http call x1 inferred=1",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, DefaultLimits())
			for _, spans := range tt.learn {
				w.add(spans...)
			}
			w.add(span{service: "c", kind: KindClient, trace: 9, id: 1, attrs: tt.call})
			assert.Contains(t, w.drawn(time.Minute), tt.want)
		})
	}
}

// Who calls from an address under which a service answers is that service; who
// calls from loopback is anybody on the machine.
func TestCallersByAddress(t *testing.T) {
	for client, want := range map[string]string{
		"10.0.0.1":  "b -> a http call x1 inferred=1",
		"10.0.0.2":  "user -> a http call x1",
		"127.0.0.1": "user -> a http call x1",
	} {
		w := newWorld(t, DefaultLimits())
		w.add(paired(1, "10.0.0.1", "b")...)
		w.add(paired(2, "127.0.0.1", "d")...)
		entry := http
		entry.ClientAddress = client
		w.add(span{service: "a", kind: KindServer, trace: 9, id: 1, attrs: entry})
		assert.Contains(t, w.drawn(time.Minute), want, client)
	}
}

// An address that is given to another service is learned anew when the old one has
// not answered for the retention; until then it tells nothing.
func TestAliasesAge(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	add := func(after time.Duration, spans ...span) {
		for _, s := range spans {
			s.at, s.start = after, int(after.Milliseconds())
			w.add(s)
		}
	}
	drawn := func(trace int, after time.Duration) []string {
		add(after, span{service: "c", kind: KindClient, trace: trace, id: 1, attrs: at("10.0.0.1", 80)})
		return w.drawn(after + 20*time.Second)
	}
	add(0, paired(1, "10.0.0.1", "b")...)
	assert.Contains(t, drawn(10, 0), "c -> b http call x1 inferred=1")
	add(time.Minute, paired(2, "10.0.0.1", "d")...)
	assert.Contains(t, drawn(11, time.Minute), "c -> 10.0.0.1 http call x1")
	add(20*time.Minute, paired(3, "10.0.0.1", "d")...)
	assert.Contains(t, drawn(12, 20*time.Minute), "c -> d http call x1 inferred=1")
}

func TestTooManyAliases(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	b := w.Service(&Resource{Name: "b"})
	for i := range maxAliases + 10 {
		w.confirmAlias(aliasKey{port: uint16(i), address: string(rune('a' + i/60_000))}, w.services.all[b].node)
	}
	assert.LessOrEqual(t, len(w.aliases.byKey), maxAliases)
	assert.Equal(t, uint64(10), w.Stats().RefusedAliases)
}

func TestRestoreAliases(t *testing.T) {
	w := newWorld(t, DefaultLimits())
	w.add(paired(1, "b.shop", "b")...)
	var known []Alias
	EachAlias(noLock{}, w.Graph, func(a Alias) { known = append(known, a) })
	want := []Alias{{Address: "b.shop", Port: 80, Target: NodeName{Name: "b"}, Seen: testStart.UnixNano()}}
	assert.Equal(t, want, known)

	restored := newWorld(t, DefaultLimits())
	require.EqualError(t, restored.RestoreAlias(known[0]), `alias "b.shop": no node "b"`)
	require.NoError(t, restored.RestoreNode(&NodeState{NodeName: NodeName{Name: "b"}, Kind: "service", LastArrival: testStart}))
	require.NoError(t, restored.RestoreAlias(known[0]))
	restored.add(span{service: "c", kind: KindClient, id: 1, attrs: at("b.shop", 80)})
	assert.Equal(t, []string{"c -> b http call x1 inferred=1"}, restored.drawn(time.Minute))
}
