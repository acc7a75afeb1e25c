package replay

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// written is a recording as text: a line per span with the number of its parent.
func written(r *Recording) []string {
	out := make([]string, len(r.Spans))
	for i, s := range r.Spans {
		n := r.Names
		out[i] = fmt.Sprintf("%d<%d trace %d %s %s %s host=%q peer=%q thread=%d failed=%t orphan=%t %d-%d", i, s.Up, s.Trace, n.String(s.Process),
			kindName(s.Kind), n.String(s.Operation), n.String(s.Host), n.String(s.Peer), s.Thread, s.Failed, s.Orphan, s.Start/1000, s.End/1000)
	}
	return out
}

var fixtures = []struct {
	file       string
	want       []string
	duplicates int
	orphans    int
}{
	{file: "jaeger.jsonl", want: []string{
		`0<-1 trace 0 front@node-1/ SERVER GET / host="node-1" peer="" thread=0 failed=true orphan=false 1000-1100`,
		`1<0 trace 0 front@node-1/ CLIENT query host="node-1" peer="redis" thread=17 failed=false orphan=false 1010-1030`,
		// A reference into another trace is no parent.
		`2<-1 trace 1 front@/ SERVER GET / host="" peer="" thread=0 failed=false orphan=false 2000-2100`,
	}},
	// No span has a kind: who calls into another service is a client.
	{file: "jaeger.json", want: []string{
		`0<-1 trace 0 nginx@/ SERVER compose host="" peer="" thread=0 failed=false orphan=false 5000-5900`,
		`1<0 trace 0 nginx@/ CLIENT send host="" peer="" thread=0 failed=false orphan=false 5100-5400`,
		`2<1 trace 0 text@/ SERVER receive host="" peer="" thread=0 failed=false orphan=false 5200-5300`,
		`3<2 trace 0 text@/ INTERNAL store host="" peer="" thread=0 failed=false orphan=false 5210-5220`,
		`4<-1 trace 1 nginx@/ SERVER compose host="" peer="" thread=0 failed=false orphan=false 6000-6900`,
	}},
	// Client and server share the id b; spans of one trace are in two lines; c is there twice.
	{file: "otlp.jsonl", duplicates: 1, orphans: 1, want: []string{
		`0<-1 trace 0 front@front-1 SERVER GET / host="node-1" peer="" thread=0 failed=true orphan=false 1000-1100`,
		`1<0 trace 0 front@front-1 CLIENT GET host="node-1" peer="back" thread=17 failed=false orphan=false 1010-1030`,
		`2<1 trace 0 back@/ SERVER GET /items host="" peer="" thread=0 failed=false orphan=false 1012-1028`,
		`3<2 trace 0 back@/ CLIENT SELECT items host="" peer="postgresql shop" thread=0 failed=false orphan=false 1015-1020`,
		`4<-1 trace 0 back@/ CONSUMER late host="" peer="" thread=0 failed=false orphan=true 1050-1050`,
	}},
}

func TestRead(t *testing.T) {
	for _, tt := range fixtures {
		t.Run(tt.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", tt.file))
			require.NoError(t, err)
			rec, err := Read(bytes.NewReader(data))
			require.NoError(t, err)
			assert.Equal(t, tt.want, written(rec))
			assert.Equal(t, [2]int{tt.duplicates, tt.orphans}, [2]int{rec.Duplicates, rec.Orphans}, "duplicates, orphans")

			var zipped bytes.Buffer
			z := gzip.NewWriter(&zipped)
			_, err = z.Write(data)
			require.NoError(t, err)
			require.NoError(t, z.Close())
			rec, err = Read(&zipped)
			require.NoError(t, err)
			assert.Equal(t, tt.want, written(rec), "gzip")
		})
	}
}

// Envelopes that hold the same trace.
func TestReadEnvelopes(t *testing.T) {
	const trace = `{"traceID":"1","spans":[{"spanID":"1","operationName":"o","startTime":1,"duration":1,"processID":"p"}],"processes":{"p":{"serviceName":"s"}}}`
	want := []string{`0<-1 trace 0 s@/ SERVER o host="" peer="" thread=0 failed=false orphan=false 0-0`}
	for name, in := range map[string]string{
		"envelope":        `{"data":[` + trace + `],"errors":null}`,
		"bare trace":      trace,
		"list of traces":  `[` + trace + `]`,
		"empty documents": `{} {"data":null}` + "\n" + trace,
		"unknown keys":    `{"a":{"b":[1,{"c":null}]},"data":[` + trace + `],"d":true}`,
	} {
		t.Run(name, func(t *testing.T) {
			rec, err := Read(strings.NewReader(in))
			require.NoError(t, err)
			rec.Spans[0].Start, rec.Spans[0].End = 0, 0
			assert.Equal(t, want, written(rec))
		})
	}
}

func TestReadErrors(t *testing.T) {
	good := `{"data":[{"traceID":"1","spans":[{"spanID":"1","startTime":1,"duration":1,"processID":"p"}],"processes":{"p":{"serviceName":"s"}}}]}` + "\n"
	tests := []struct {
		name, in, want string
	}{
		{"empty", "", `holds no spans: expected Jaeger JSON ({"data":[...]}) or OTLP JSON ({"resourceSpans":[...]}), one document a line or one a file`},
		{"no spans", `{"data":[]}`, `holds no spans: expected Jaeger JSON ({"data":[...]}) or OTLP JSON ({"resourceSpans":[...]}), one document a line or one a file`},
		{"text", "hello", "line 1: invalid character 'h' looking for beginning of value"},
		{"number", "12", "line 1: expected a JSON object, got 12"},
		{"cut off", good + `{"data":[{"traceID":"1","spa`, "line 2: the file ends inside a document"},
		{"syntax in the third line", good + good + `{"data":[{"traceID":}]}`, "line 3: invalid character '}' looking for beginning of value"},
		{"syntax in a trace over several lines", "{}\n{\"data\":[{\"traceID\":\"1\",\n\"spans\":[\n{]\n}]}", "line 2: invalid character ']' looking for beginning of object key string"},
		{"trace id", good + strings.Replace(good, `"traceID":"1"`, `"traceID":"xyz"`, 1), `line 2: span "1": "traceID" must be up to 32 hexadecimal digits, not "xyz"`},
		{"no trace id", strings.Replace(good, `"traceID":"1"`, `"traceID":""`, 1), `line 1: span "1": "traceID" must be up to 32 hexadecimal digits, not ""`},
		{"span id", strings.Replace(good, `"spanID":"1"`, `"spanID":"00112233445566778"`, 1), `line 1: span "00112233445566778": "spanID" must be up to 16 hexadecimal digits, not "00112233445566778"`},
		{"parent", strings.Replace(good, `"spanID":"1"`, `"spanID":"1","parentSpanID":"-"`, 1), `line 1: span "1": the parent's id must be up to 16 hexadecimal digits, not "-"`},
		{"process", strings.Replace(good, `"processID":"p"`, `"processID":"q"`, 1), `line 1: span "1": "processID" "q" is not among the trace's processes`},
		{"time", strings.Replace(good, `"startTime":1`, `"startTime":9223372036854775807`, 1), `line 1: span "1": "startTime" 9223372036854775807 and "duration" 1 are not microseconds since 1970`},
		{"data is no list", `{"data":{}}`, "line 1: expected a list, got {"},
		{"otlp ids", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}`, `line 1: span "": "traceId" and "spanId" must not be empty or zero`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec, err := Read(strings.NewReader(tt.in))
			assert.Nil(t, rec)
			assert.EqualError(t, err, tt.want)
		})
	}
}

// endless is a string that never closes, in the third line.
type endless struct{ sent bool }

func (e *endless) Read(p []byte) (int, error) {
	if !e.sent {
		e.sent = true
		return copy(p, "{}\n{}\n{\"data\":[\""), nil
	}
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestReadTooLarge(t *testing.T) {
	rec, err := Read(io.LimitReader(&endless{}, 4*maxValue))
	assert.Nil(t, rec)
	assert.EqualError(t, err, "line 3: one trace or one resource's spans is larger than 64 MiB: split the file")
}

func TestReadFileNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "traces.json")
	_, err := ReadFile(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("[]"), 0o600))
	_, err = ReadFile(path)
	assert.ErrorContains(t, err, path+": holds no spans")
}

// Parents that go in a circle must not hang whoever walks along them.
func TestReadCycle(t *testing.T) {
	rec, err := Read(strings.NewReader(`{"traceID":"1","processes":{"p":{"serviceName":"s"}},"spans":[
		{"spanID":"1","parentSpanID":"2","processID":"p"},{"spanID":"2","parentSpanID":"3","processID":"p"},
		{"spanID":"3","parentSpanID":"1","processID":"p"},{"spanID":"4","parentSpanID":"4","processID":"p"}]}`))
	require.NoError(t, err)
	for i := range rec.Spans {
		steps := 0
		for at := int32(i); at >= 0; at = rec.Spans[at].Up {
			steps++
			require.Less(t, steps, 10)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, tt := range fixtures {
		data, err := os.ReadFile(filepath.Join("testdata", tt.file))
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"resource_spans":[{}]}`))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, v := range []Variant{VariantA, VariantB, VariantC} {
			recipe := DefaultRecipe()
			recipe.Variant, recipe.Compress = v, 3
			b, err := Break(rec.Normalise(RootsAll), recipe)
			require.NoError(t, err)
			cut, _ := b.Truth.orphans()
			f := Score(b, nil, 0)
			assert.Equal(t, cut, f.Orphans)
			assert.LessOrEqual(t, f.Edge, 1.0)
		}
	})
}
