package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

const (
	// maxConnections bounds goroutines and mapped memory (one slot each).
	// Engines keep their connections, so more than a handful means a leak.
	maxConnections = 64
	// helloTimeout is how long an engine may take to introduce itself.
	helloTimeout = 5 * time.Second
	// answerTimeout is how long an engine may take to read an answer.
	answerTimeout = time.Second
	// acceptPause follows a failed accept, such as one without a free file
	// descriptor, which would otherwise fail again at once and for ever.
	acceptPause = 50 * time.Millisecond
)

// server owns the connections of the engines: one goroutine each.
type server struct {
	listener *net.UnixListener
	recorder *recorder
	logger   *slog.Logger

	mu       sync.Mutex
	stopping bool                       // guarded by mu
	open     map[*net.UnixConn]struct{} // guarded by mu

	connections sync.WaitGroup // one for each in open
}

func newServer(listener *net.UnixListener, recorder *recorder, logger *slog.Logger) *server {
	return &server{
		listener: listener,
		recorder: recorder,
		logger:   logger,
		open:     make(map[*net.UnixConn]struct{}),
	}
}

// serve accepts engines until stop is called; ctx is what their records are
// taken in, and should outlast stop.
func (s *server) serve(ctx context.Context) {
	for {
		conn, err := s.listener.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.logger.Warn("accept", "error", err)
			time.Sleep(acceptPause)
			continue
		}
		if err := s.admit(ctx, conn); err != nil {
			s.logger.Warn("connection refused", "error", err)
			_ = conn.Close()
		}
	}
}

// stop accepts no further engine, lets each connection finish the record it is
// at, and waits for them; what is left when ctx is done is cut off. The engine
// sees the end of its connection and knows that a doorbell it could not send
// was not counted.
func (s *server) stop(ctx context.Context) error {
	err := s.listener.Close()
	s.mu.Lock()
	s.stopping = true
	for conn := range s.open {
		// Records that have arrived are still read; then comes the end. An
		// engine that has hung up needs no such sign.
		_ = conn.CloseRead()
	}
	s.mu.Unlock()

	done := make(chan struct{})
	go func() {
		s.connections.Wait()
		close(done)
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
	}
	s.mu.Lock()
	left := len(s.open)
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
	<-done
	return errors.Join(err, fmt.Errorf("%d connections cut off: %w", left, ctx.Err()))
}

func (s *server) admit(ctx context.Context, conn *net.UnixConn) error {
	if err := checkSameUser(conn); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return net.ErrClosed
	}
	if len(s.open) == maxConnections {
		return fmt.Errorf("%d connections are open already", maxConnections)
	}
	s.open[conn] = struct{}{}
	s.connections.Go(func() {
		defer s.forget(conn)
		if err := s.converse(ctx, conn); err != nil {
			s.logger.Warn("connection closed", "error", err)
		}
	})
	return nil
}

func (s *server) forget(conn *net.UnixConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
	_ = conn.Close()
}

// converse takes the slot of one engine and then its records. An engine that
// hangs up between two frames is no error.
func (s *server) converse(ctx context.Context, conn *net.UnixConn) error {
	if err := conn.SetReadDeadline(time.Now().Add(helloTimeout)); err != nil {
		return err
	}
	memory, err := receiveSlot(conn)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return errors.Join(err, reply(conn, err))
	}
	defer memory.Close()
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	if err := reply(conn, nil); err != nil {
		return err
	}
	for {
		frame, err := readFrame(conn)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errFrame) {
			return errors.Join(err, reply(conn, err))
		}
		if err != nil {
			return err
		}
		if err := reply(conn, s.take(ctx, memory, frame)); err != nil {
			return err
		}
	}
}

// take answers for the engine: its error is the engine's to handle.
func (s *server) take(ctx context.Context, memory *slot, frame []byte) error {
	at, err := parseDoorbell(frame)
	if err != nil {
		return err
	}
	return s.recorder.take(ctx, memory, at)
}

// reply answers a frame; a nil failure is success.
func reply(conn *net.UnixConn, failure error) error {
	a := answer{OK: true}
	if failure != nil {
		a = answer{Error: failure.Error()}
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := conn.SetWriteDeadline(time.Now().Add(answerTimeout)); err != nil {
		return err
	}
	return writeFrame(conn, text)
}
