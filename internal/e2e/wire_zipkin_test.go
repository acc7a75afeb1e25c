package e2e

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/openzipkin/zipkin-go/model"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// sendZipkin reports spans as Zipkin's libraries do: what they say of their resource
// is the service's name, and a trace id of 64 bits is written in 64 bits.
func sendZipkin(ctx context.Context, t *testing.T, to wireRig, td ptrace.Traces) {
	t.Helper()
	var out []model.SpanModel
	for _, rs := range td.ResourceSpans().All() {
		service := &model.Endpoint{ServiceName: text(rs.Resource().Attributes(), "service.name")}
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				out = append(out, zipkinSpan(s, service))
			}
		}
	}
	body, err := json.Marshal(out)
	require.NoError(t, err)
	post(ctx, t, "http://"+to.zipkin+"/api/v2/spans", "application/json", body)
}

func zipkinSpan(s ptrace.Span, service *model.Endpoint) model.SpanModel {
	trace := s.TraceID()
	z := model.SpanModel{
		SpanContext: model.SpanContext{
			TraceID: model.TraceID{High: binary.BigEndian.Uint64(trace[:8]), Low: binary.BigEndian.Uint64(trace[8:])},
			ID:      zipkinID(s.SpanID()),
		},
		Name: s.Name(), Kind: model.Kind(strings.ToUpper(kinds[s.Kind()])), LocalEndpoint: service, Tags: map[string]string{},
	}
	if parent := s.ParentSpanID(); !parent.IsEmpty() {
		id := zipkinID(parent)
		z.ParentID = &id
	}
	if s.StartTimestamp() != 0 { // a joined server may have none
		z.Timestamp = s.StartTimestamp().AsTime()
		z.Duration = s.EndTimestamp().AsTime().Sub(z.Timestamp)
	}
	eachTag(s.Attributes(),
		func(key, value string) { z.Tags[key] = value },
		func(key string, value int64) { z.Tags[key] = strconv.FormatInt(value, 10) })
	return z
}

func zipkinID(id pcommon.SpanID) model.ID { return model.ID(binary.BigEndian.Uint64(id[:])) }
