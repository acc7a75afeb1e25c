package main

import (
	"encoding/json"
	"errors"
	"fmt"
)

// The protocol on a connection, all frames as in frame.go:
//
//  1. the engine says hello, with the descriptor of its slot attached; the
//     reporter maps the slot and answers;
//  2. per record, the engine writes into the slot and rings; the reporter
//     copies the record out, counts it and answers. The engine does not write
//     into the slot again before it has the answer.

// hello is the first frame of a connection.
type hello struct {
	// SlotBytes is the size of the memory whose descriptor came along.
	SlotBytes int64 `json:"slot_bytes"`
}

// doorbell says where in the slot a record is.
type doorbell struct {
	Offset int64 `json:"offset"`
	// Length is the size of the record in bytes.
	Length int64 `json:"length"`
	// B3 is the engine's context, "<16 hex trace id>-<16 hex span id>-<sampled>".
	B3 string `json:"b3"`
}

// answer is the reply to a hello or a doorbell: either OK or an error.
type answer struct {
	OK    bool   `json:"ok,omitempty"`
	Error string `json:"error,omitempty"`
}

// record is a priced order.
type record struct {
	OrderID    string `json:"order_id"`
	TotalCents int64  `json:"total_cents"`
	LineCount  int64  `json:"line_count"`
}

func parseHello(frame []byte) (hello, error) {
	var h hello
	if err := json.Unmarshal(frame, &h); err != nil {
		return hello{}, fmt.Errorf("hello: %w", err)
	}
	return h, nil
}

func parseDoorbell(frame []byte) (doorbell, error) {
	var d doorbell
	if err := json.Unmarshal(frame, &d); err != nil {
		return doorbell{}, fmt.Errorf("doorbell: %w", err)
	}
	return d, nil
}

func parseRecord(payload []byte) (record, error) {
	var r record
	if err := json.Unmarshal(payload, &r); err != nil {
		return record{}, fmt.Errorf("record: %w", err)
	}
	switch {
	case r.OrderID == "":
		return record{}, errors.New(`record: "order_id" is missing`)
	case r.TotalCents < 0:
		return record{}, fmt.Errorf(`record: "total_cents" is %d, want at least 0`, r.TotalCents)
	case r.LineCount < 1:
		return record{}, fmt.Errorf(`record: "line_count" is %d, want at least 1`, r.LineCount)
	}
	return r, nil
}
