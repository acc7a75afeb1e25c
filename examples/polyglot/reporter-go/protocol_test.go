package main

import "testing"

func TestParseRecord(t *testing.T) {
	tests := []struct {
		name, payload string
		want          record
		wantErr       string
	}{
		{
			name:    "whole record",
			payload: `{"order_id":"o-1","total_cents":2599,"line_count":2}`,
			want:    record{OrderID: "o-1", TotalCents: 2599, LineCount: 2},
		},
		{
			name:    "free order",
			payload: `{"order_id":"o-1","total_cents":0,"line_count":1}`,
			want:    record{OrderID: "o-1", LineCount: 1},
		},
		{name: "not JSON", payload: "\x00\x00", wantErr: `record: invalid character '\x00' looking for beginning of value`},
		{name: "cut off", payload: `{"order_id":"o-1"`, wantErr: `record: unexpected end of JSON input`},
		{
			name:    "fraction of a cent",
			payload: `{"order_id":"o-1","total_cents":0.5,"line_count":1}`,
			wantErr: `record: json: cannot unmarshal number 0.5 into Go struct field record.total_cents of type int64`,
		},
		{name: "no order id", payload: `{"total_cents":1,"line_count":1}`, wantErr: `record: "order_id" is missing`},
		{
			name:    "negative total",
			payload: `{"order_id":"o-1","total_cents":-1,"line_count":1}`,
			wantErr: `record: "total_cents" is -1, want at least 0`,
		},
		{
			name:    "no lines",
			payload: `{"order_id":"o-1","total_cents":1}`,
			wantErr: `record: "line_count" is 0, want at least 1`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseRecord([]byte(tt.payload))
			if text := errorText(err); text != tt.wantErr {
				t.Fatalf("parseRecord(%q) error = %q, want %q", tt.payload, text, tt.wantErr)
			}
			if got != tt.want {
				t.Errorf("parseRecord(%q) = %+v, want %+v", tt.payload, got, tt.want)
			}
		})
	}
}

func TestParseDoorbell(t *testing.T) {
	got, err := parseDoorbell([]byte(`{"offset":8,"length":16,"b3":"c"}`))
	if want := (doorbell{Offset: 8, Length: 16, B3: "c"}); err != nil || got != want {
		t.Errorf("parseDoorbell = %+v, %v, want %+v", got, err, want)
	}
	if _, err := parseDoorbell([]byte(`{"offset":"8"}`)); err == nil {
		t.Error("parseDoorbell of a text offset gives no error")
	}
}

// FuzzParse: no bytes of an engine may make a parser panic, and what is
// accepted keeps its promises.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"order_id":"o-1","total_cents":2599,"line_count":2}`))
	f.Add([]byte(`{"offset":0,"length":52,"b3":"00f067aa0ba902b7-53995c3f42cd8ad8-1"}`))
	f.Add([]byte(`{"slot_bytes":1048576}`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		_, _ = parseHello(frame)
		_, _ = parseDoorbell(frame)
		r, err := parseRecord(frame)
		if err == nil && (r.OrderID == "" || r.TotalCents < 0 || r.LineCount < 1) {
			t.Errorf("parseRecord(%q) = %+v", frame, r)
		}
	})
}
