package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/polyspan/polyspan/internal/corpus"
)

// start is the time of the first request. It is fixed: a report depends on seeds only.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// session runs the cases of one seed.
type session struct {
	settings settings
	seed     uint64
	process  through
	g        *corpus.Generator
	r        *rand.Rand
	report   *report
	// Cases with late spans go through processors of their own, which wait.
	onTime, late *window
}

const streamShuffle = 4

func newSession(s settings, seed uint64, r *report) *session {
	n := &session{
		settings: s, seed: seed, report: r, process: processorWith(s.override),
		g: corpus.New(corpus.Options{Seed: seed, Start: start}),
		r: rand.New(rand.NewPCG(seed, streamShuffle)),
	}
	n.onTime, n.late = n.window(), n.window()
	return n
}

func (s *session) window() *window { return newWindow(s.seed, s.settings.explain) }

// run draws the cases, all rows in turn, so that every window holds a mixture.
func (s *session) run(ctx context.Context) error {
	rows := s.settings.rows
	for n := range s.settings.traces {
		index := n % len(rows)
		breaks := rows[index].breaks(n / len(rows))
		c, err := s.g.Next(breaks...)
		if err != nil { // the pair does not fit one request
			s.report.misfits++
			continue
		}
		w := &s.onTime
		if slices.ContainsFunc(breaks, (*corpus.Break).Late) {
			w = &s.late
		}
		(*w).add(index, c)
		if !(*w).full() {
			continue
		}
		if err := s.finish(ctx, *w); err != nil {
			return err
		}
		*w = s.window()
	}
	if err := s.finish(ctx, s.onTime); err != nil {
		return err
	}
	return s.finish(ctx, s.late)
}

func (s *session) finish(ctx context.Context, w *window) error {
	if len(w.cases) == 0 {
		return nil
	}
	bad, err := w.run(ctx, s.r, s.process)
	if err != nil {
		return err
	}
	for _, v := range bad {
		s.report.violate(v)
	}
	newJudge(w, s.report).judge()
	return nil
}
