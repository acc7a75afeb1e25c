package main

import (
	"fmt"
	"log/slog"
)

// serverLog passes on what the NATS server says that a person should see. The
// server reports that it could not listen only here, as a fatal line.
type serverLog struct {
	logger *slog.Logger
	// fatal takes the first fatal line; it has room for one.
	fatal chan<- string
}

func (l *serverLog) Warnf(format string, args ...any) {
	l.logger.Warn("nats", "text", fmt.Sprintf(format, args...))
}

func (l *serverLog) Errorf(format string, args ...any) {
	l.logger.Error("nats", "text", fmt.Sprintf(format, args...))
}

// Fatalf does not end the process: that is for main to do.
func (l *serverLog) Fatalf(format string, args ...any) {
	select {
	case l.fatal <- fmt.Sprintf(format, args...):
	default:
	}
}

// Noticef is quiet: notices tell the version and the settings, at every start.
func (*serverLog) Noticef(string, ...any) {}

// Debugf is never called while debugging is off.
func (*serverLog) Debugf(string, ...any) {}

// Tracef is never called while tracing is off.
func (*serverLog) Tracef(string, ...any) {}
