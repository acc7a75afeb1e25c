package multilangbridgeprocessor

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/polyspan/polyspan/contract"
	"github.com/polyspan/polyspan/infer"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/merge"
	"github.com/polyspan/polyspan/processor/multilangbridgeprocessor/internal/metadata"
)

// recorder writes the processor's own metrics. Attribute sets are made once.
type recorder struct {
	tb      *metadata.TelemetryBuilder
	joins   [merge.NumEvidence]metric.MeasurementOption
	custom  []metric.MeasurementOption // by key index
	refused [merge.NumRefusals]metric.MeasurementOption
	faults  [merge.NumFaults]metric.MeasurementOption
	warned  [merge.NumFaults]atomic.Bool
	log     *zap.Logger
}

var faultNames = [merge.NumFaults]string{merge.FaultZeroID: "zero_id", merge.FaultSelfParent: "self_parent", merge.FaultCycle: "cycle"}

func newRecorder(set component.TelemetrySettings, keys []CustomKeyConfig) (*recorder, error) {
	tb, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	r := &recorder{tb: tb, log: set.Logger}
	for e, name := range evidenceNames {
		r.joins[e] = evidenceAttribute(name)
	}
	for _, k := range keys {
		r.custom = append(r.custom, evidenceAttribute(contract.EvidenceCustomPrefix+contract.Evidence(k.Attribute)))
	}
	for c, cause := range refusalNames {
		r.refused[c] = causeAttribute(string(cause))
	}
	for f, cause := range faultNames {
		r.faults[f] = causeAttribute(cause)
	}
	return r, nil
}

func evidenceAttribute(e contract.Evidence) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("evidence", string(e))))
}

func causeAttribute(cause string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("cause", cause)))
}

func (r *recorder) in(ctx context.Context, spans int) {
	r.tb.ProcessorMultiLanguageBridgeSpansIn.Add(ctx, int64(spans))
}

func (r *recorder) out(ctx context.Context, spans int) {
	r.tb.ProcessorMultiLanguageBridgeSpansOut.Add(ctx, int64(spans))
}

func (r *recorder) held(ctx context.Context, l load) {
	r.tb.ProcessorMultiLanguageBridgeHeldSpans.Add(ctx, int64(l.spans))
	r.tb.ProcessorMultiLanguageBridgeHeldBytes.Add(ctx, int64(l.bytes))
}

func (r *recorder) holdTime(ctx context.Context, d time.Duration) {
	r.tb.ProcessorMultiLanguageBridgeHoldTime.Record(ctx, d.Seconds())
}

func (r *recorder) early(ctx context.Context, spans int) {
	r.tb.ProcessorMultiLanguageBridgeReleasedEarly.Add(ctx, int64(spans))
}

func (r *recorder) normalized(ctx context.Context, attributes int64) {
	if attributes > 0 {
		r.tb.ProcessorMultiLanguageBridgeNormalizedAttributes.Add(ctx, attributes)
	}
}

func (r *recorder) duplicates(ctx context.Context, spans int) {
	if spans > 0 {
		r.tb.ProcessorMultiLanguageBridgeDuplicateSpans.Add(ctx, int64(spans))
	}
}

// inference writes what the engine counted between two looks.
func (r *recorder) inference(ctx context.Context, now, before infer.Stats) {
	outcome := func(name string, n uint64) {
		if n > 0 {
			r.tb.ProcessorMultiLanguageBridgeInferredSpans.Add(ctx, int64(n), metric.WithAttributes(attribute.String("outcome", name)))
		}
	}
	outcome("joined", now.Joined-before.Joined)
	outcome("below_confidence", now.BelowConfidence-before.BelowConfidence)
	outcome("root", now.Roots-before.Roots)
	r.uninferred(ctx, "max_spans", now.GivenUpOverflow-before.GivenUpOverflow)
	r.uninferred(ctx, "time", now.GivenUpTime-before.GivenUpTime)
	r.uninferred(ctx, "work", now.GivenUpWork-before.GivenUpWork)
	r.uninferred(ctx, "models", now.GivenUpModels-before.GivenUpModels)
}

// selfCheck writes how many of a service's hidden parents were found.
func (r *recorder) selfCheck(ctx context.Context, service string, p infer.Problem, right, checked uint64) {
	problem := "within"
	if p == infer.Between {
		problem = "between"
	}
	for outcome, n := range map[string]uint64{"right": right, "wrong": checked - right} {
		if n > 0 {
			r.tb.ProcessorMultiLanguageBridgeSelfChecks.Add(ctx, int64(n), metric.WithAttributes(
				attribute.String("service", service), attribute.String("problem", problem), attribute.String("outcome", outcome)))
		}
	}
}

// uninferred counts spans that inference did not look at.
func (r *recorder) uninferred(ctx context.Context, cause string, spans uint64) {
	if spans > 0 {
		r.tb.ProcessorMultiLanguageBridgeUninferredSpans.Add(ctx, int64(spans), causeAttribute(cause))
	}
}

func (r *recorder) undelivered(ctx context.Context, spans int, cause string) {
	r.tb.ProcessorMultiLanguageBridgeSpansUndelivered.Add(ctx, int64(spans), causeAttribute(cause))
}

// stats writes what the store counted since the last time.
func (r *recorder) stats(ctx context.Context, s merge.Stats) {
	add := func(c metric.Int64Counter, n uint64, opts ...metric.AddOption) {
		if n > 0 {
			c.Add(ctx, int64(n), opts...)
		}
	}
	add(r.tb.ProcessorMultiLanguageBridgeTracesIn, s.TracesIn)
	add(r.tb.ProcessorMultiLanguageBridgeTracesOut, s.TracesOut)
	add(r.tb.ProcessorMultiLanguageBridgeLateSpans, s.Late)
	add(r.tb.ProcessorMultiLanguageBridgeForgottenTraces, s.Forgotten)
	add(r.tb.ProcessorMultiLanguageBridgeUnmatchedJoins, s.Unmatched)
	add(r.tb.ProcessorMultiLanguageBridgeSuspectedLeaks, s.Leaks)
	for e, n := range s.Joins {
		add(r.tb.ProcessorMultiLanguageBridgeJoins, n, r.joins[e])
	}
	for k, n := range s.CustomJoins {
		if n > 0 {
			add(r.tb.ProcessorMultiLanguageBridgeJoins, n, r.custom[k])
		}
	}
	for f, n := range s.Faults {
		add(r.tb.ProcessorMultiLanguageBridgeInvalidSpans, n, r.faults[f])
		if n > 0 && !r.warned[f].Swap(true) {
			r.log.Warn("spans pass as they came, without taking part in a merge; this is said once, the count is in invalid_spans",
				zap.String("cause", faultNames[f]))
		}
	}
	for c, n := range s.Refused {
		add(r.tb.ProcessorMultiLanguageBridgeRefusedJoins, n, r.refused[c])
	}
}
