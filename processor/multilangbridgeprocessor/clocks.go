package multilangbridgeprocessor

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// shifts are what is to be added to the times of each resource's spans, in order;
// nil if there is nothing to add.
func (b *bridge) shifts(td ptrace.Traces) []int64 {
	if b.cfg.Repair.ClockSkew != ClockSkewApply || b.cfg.Mode != ModeRewrite {
		return nil
	}
	now := time.Now().UnixNano()
	var out []int64
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, rs := range td.ResourceSpans().All() {
		shift := b.store.Shift(now, host(rs.Resource().Attributes()))
		if shift == 0 {
			continue
		}
		if out == nil {
			out = make([]int64, td.ResourceSpans().Len())
		}
		out[i] = shift
	}
	return out
}

// shiftTimes moves the times of spans and events, and records by how much.
func shiftTimes(td ptrace.Traces, shifts []int64) {
	if shifts == nil {
		return
	}
	for i, rs := range td.ResourceSpans().All() {
		if shifts[i] == 0 {
			continue
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				span.SetStartTimestamp(shifted(span.StartTimestamp(), shifts[i]))
				span.SetEndTimestamp(shifted(span.EndTimestamp(), shifts[i]))
				for _, event := range span.Events().All() {
					event.SetTimestamp(shifted(event.Timestamp(), shifts[i]))
				}
				span.Attributes().PutInt(contract.AttrClockOffset, -shifts[i])
			}
		}
	}
}

// shifted moves a time unless it is absent or would leave what a time can be.
func shifted(t pcommon.Timestamp, by int64) pcommon.Timestamp {
	if moved := int64(t) + by; int64(t) > 0 && moved > 0 {
		return pcommon.Timestamp(moved)
	}
	return t
}
