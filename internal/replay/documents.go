package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// documents walks the JSON documents of a file, one trace or one resource's spans
// in memory at a time.
type documents struct {
	lines  *lines
	dec    *json.Decoder
	linker linker
}

func newDocuments(r io.Reader) *documents {
	l := newLines(r)
	return &documents{lines: l, dec: json.NewDecoder(l), linker: linker{names: NewNames()}}
}

// locate says in which line of the file an error is: its own, or for one inside
// a trace that is spread over lines the one at which the trace begins.
func (d *documents) locate(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file ends inside a document")
	}
	return fmt.Errorf("line %d: %w", d.lines.at(d.dec.InputOffset()), err)
}

// next reads one document; io.EOF when there is none left.
func (d *documents) next() error {
	d.lines.mark(d.dec.InputOffset())
	token, err := d.dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		err = d.object()
	case json.Delim('['): // a list of Jaeger traces without the envelope
		err = d.list(d.jaegerTrace)
	default:
		err = fmt.Errorf("expected a JSON object, got %v", token)
	}
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// object reads a document after its brace. It is Jaeger's envelope, OTLP's, or a
// Jaeger trace by itself.
func (d *documents) object() error {
	var bare jaegerTrace
	for d.dec.More() {
		key, err := d.dec.Token()
		if err != nil {
			return err
		}
		switch key {
		case "data":
			err = d.listOrNull(d.jaegerTrace)
		case "resourceSpans", "resource_spans":
			err = d.listOrNull(d.resourceSpans)
		case "spans":
			err = d.value(&bare.Spans)
		case "processes":
			err = d.value(&bare.Processes)
		case "traceID":
			err = d.value(&bare.TraceID)
		default:
			err = d.skip()
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.dec.Token(); err != nil {
		return err
	}
	return d.addJaeger(&bare)
}

// listOrNull reads a list whose elements the function reads; Go writes an empty
// list as null.
func (d *documents) listOrNull(element func() error) error {
	token, err := d.dec.Token()
	switch {
	case err != nil:
		return err
	case token == nil:
		return nil
	case token != json.Delim('['):
		return fmt.Errorf("expected a list, got %v", token)
	}
	return d.list(element)
}

// list reads a list after its bracket.
func (d *documents) list(element func() error) error {
	for d.dec.More() {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := d.dec.Token()
	return err
}

// value reads the next value, of bounded size.
func (d *documents) value(into any) error {
	d.lines.mark(d.dec.InputOffset())
	return d.dec.Decode(into)
}

// skip reads over a value of any size and kind, token by token.
func (d *documents) skip() error {
	for depth := 0; ; {
		d.lines.mark(d.dec.InputOffset())
		token, err := d.dec.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// add takes a span over, within the bound.
func (d *documents) add(s recorded) error {
	if len(d.linker.spans) == maxSpans {
		return fmt.Errorf("more than %d spans: split the file", maxSpans)
	}
	if s.End < s.Start {
		s.End = s.Start
	}
	d.linker.spans = append(d.linker.spans, s)
	return nil
}
