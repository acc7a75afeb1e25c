package polyglot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what to start and where it reports to.
type Options struct {
	// Root is the root of the source tree, see [FindRoot]; Languages are those that were built.
	Root      string
	Languages []Language
	// OTLPEndpoint is the base URL of an OTLP/HTTP receiver, e.g. http://127.0.0.1:4318.
	OTLPEndpoint string
	// LogDir gets one log per service; it must exist.
	LogDir string
	// ReadyTimeout bounds the start of all services together.
	ReadyTimeout time.Duration
	// Log gets a line per service that is ready.
	Log io.Writer
}

// System is the running example system.
type System struct {
	entry   entry
	client  *http.Client
	nextID  atomic.Uint64
	running []ServiceName

	stop     sync.Once
	stopErr  error
	services []*process // in the order of their start
	dir      string     // private runtime folder
}

// Start starts the services written in the given languages and waits until each
// says that it is ready. If one does not, it stops all and returns an error with the
// end of that service's log. A service whose language is left out is left out with
// the calls to it; Start fails only if nothing is left that takes orders.
func Start(ctx context.Context, o Options) (*System, error) {
	wanted := servicesIn(o.Languages)
	at, err := newNetwork()
	if err != nil {
		return nil, err
	}
	e, err := at.entry(wanted)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(at.dir))
	}
	s := &System{entry: e, client: newClient(), dir: at.dir}
	if err := s.start(ctx, o, wanted, at.environment(o)); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *System) start(ctx context.Context, o Options, wanted []service, env []string) error {
	for _, w := range wanted {
		p, err := startProcess(processSpec{
			name: string(w.name), argv: w.run, dir: w.folder(o.Root), env: env,
			logDir: o.LogDir, readyLine: "ready " + string(w.name),
		})
		if err != nil {
			return err
		}
		s.services = append(s.services, p)
	}
	ctx, cancel := context.WithTimeout(ctx, o.ReadyTimeout)
	defer cancel()
	for i, p := range s.services {
		if err := p.waitReady(ctx); err != nil {
			return err
		}
		s.running = append(s.running, wanted[i].name)
		fmt.Fprintf(o.Log, "%s (%s) is ready\n", p.name, wanted[i].language)
	}
	return nil
}

// Complete reports whether all services that an order passes on its way run, so that
// every order can succeed.
func (s *System) Complete() bool {
	for _, name := range []ServiceName{broker, Reporter, Engine, Preprocessing} {
		if !slices.Contains(s.running, name) {
			return false
		}
	}
	return true
}

// Failed returns an error if a service has ended although nobody stopped it.
func (s *System) Failed() error {
	for _, p := range s.services {
		select {
		case <-p.done:
			return p.failure("ended with " + exitText(p.err))
		default:
		}
	}
	return nil
}

// Stop ends the services, callers first, so that each flushes its spans after its
// last request, and removes the runtime folder. It may be called more than once. It
// reports services that did not end by themselves with status 0.
func (s *System) Stop() error {
	s.stop.Do(func() {
		s.client.CloseIdleConnections()
		var errs []error
		for _, p := range slices.Backward(s.services) {
			errs = append(errs, p.stop(stopGrace))
		}
		errs = append(errs, os.RemoveAll(s.dir))
		s.stopErr = errors.Join(errs...)
	})
	return s.stopErr
}
