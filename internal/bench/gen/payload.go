package gen

import (
	"encoding/binary"
	"errors"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"
)

// Payload is a batch as it goes over the wire, which can be renewed as [Renew] does
// it without decoding: what is measured shall not share the machine with a load
// generator that costs as much.
type Payload struct {
	Data  []byte
	Spans int

	original []byte // of Data
	traces   []int  // offsets of 16 bytes
	spans    []int  // offsets of 8 bytes
	messages []int  // offsets of offsetWidth bytes
}

// FirstGeneration is the least n for Renew of a Payload: from there on, and up to
// 128 times as much, a message's offset has the same width.
const FirstGeneration = 1 << 11

// offsetWidth is the width of a varint from 2^35 to 2^42.
const offsetWidth = 6

// NewPayload encodes a batch.
func NewPayload(td ptrace.Traces) (*Payload, error) {
	renewed := ptrace.NewTraces()
	td.CopyTo(renewed)
	for s := range eachSpan(renewed) {
		if v, ok := s.Attributes().Get(offsetKey); ok { // give the offset its width
			v.SetInt(v.Int() + FirstGeneration<<24)
		}
	}
	data, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(renewed)
	if err != nil {
		return nil, err
	}
	p := &Payload{Data: data, Spans: td.SpanCount(), original: append([]byte(nil), data...)}
	err = p.locate(data, 0, inRequest)
	return p, err
}

// Renew turns the payload into generation n.
func (p *Payload) Renew(n uint64) {
	mask := mix(n)
	for _, at := range p.traces {
		var id [16]byte
		copy(id[:], p.original[at:])
		renewed := renewTrace(id, n)
		copy(p.Data[at:], renewed[:])
	}
	for _, at := range p.spans {
		binary.BigEndian.PutUint64(p.Data[at:], binary.BigEndian.Uint64(p.original[at:])^mask)
	}
	for _, at := range p.messages {
		v, _ := protowire.ConsumeVarint(p.original[at:])
		binary.PutUvarint(p.Data[at:at+offsetWidth], v+(n-FirstGeneration)<<24)
	}
}

// place is the kind of message whose fields are read.
type place int

const (
	inRequest place = iota
	inResourceSpans
	inScopeSpans
	inSpan
	inLink
	inAttribute
	inOffsetValue
)

var errPayload = errors.New("not an encoded batch")

// locate notes where the ids and offsets of a message lie; at is where it begins.
func (p *Payload) locate(data []byte, at int, in place) error {
	for len(data) > 0 {
		field, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return errPayload
		}
		data, at = data[n:], at+n
		length := protowire.ConsumeFieldValue(field, kind, data)
		if length < 0 {
			return errPayload
		}
		if in == inOffsetValue && kind == protowire.VarintType {
			if length != offsetWidth {
				return errPayload
			}
			p.messages = append(p.messages, at)
		}
		if kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(data)
			if err := p.note(value, at+length-len(value), in, field); err != nil {
				return err
			}
		}
		data, at = data[length:], at+length
	}
	return nil
}

// note is locate for one field that is a message or bytes.
func (p *Payload) note(value []byte, at int, in place, field protowire.Number) error {
	type key struct {
		in    place
		field protowire.Number
	}
	switch (key{in, field}) {
	case key{inRequest, 1}:
		return p.locate(value, at, inResourceSpans)
	case key{inResourceSpans, 2}:
		return p.locate(value, at, inScopeSpans)
	case key{inScopeSpans, 2}:
		return p.locate(value, at, inSpan)
	case key{inSpan, 13}:
		return p.locate(value, at, inLink)
	case key{inSpan, 9}:
		if named(value, offsetKey) {
			return p.locate(value, at, inAttribute)
		}
	case key{inAttribute, 2}:
		return p.locate(value, at, inOffsetValue)
	case key{inSpan, 1}, key{inLink, 1}:
		p.traces = append(p.traces, at)
	case key{inSpan, 2}, key{inSpan, 4}, key{inLink, 2}:
		if len(value) == 8 { // a root has no parent
			p.spans = append(p.spans, at)
		}
	}
	return nil
}

// named reports whether an attribute has the name; its fields come in any order.
func named(attribute []byte, name string) bool {
	for len(attribute) > 0 {
		field, kind, tag := protowire.ConsumeTag(attribute)
		if tag < 0 {
			return false
		}
		if field == 1 && kind == protowire.BytesType {
			got, _ := protowire.ConsumeString(attribute[tag:])
			return got == name
		}
		n := protowire.ConsumeFieldValue(field, kind, attribute[tag:])
		if n < 0 {
			return false
		}
		attribute = attribute[tag+n:]
	}
	return false
}
