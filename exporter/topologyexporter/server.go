package topologyexporter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"
)

// server is the HTTP server between start and shutdown.
type server struct {
	http *http.Server
	addr net.Addr      // that it listens on
	done chan struct{} // closed when Serve has returned
}

// start binds the listener, so that a busy port fails here, and serves.
func (e *topologyExporter) start(ctx context.Context, host component.Host) error {
	listener, err := e.cfg.ServerConfig.ToListener(ctx)
	if err != nil {
		return fmt.Errorf(`"endpoint" %s: %w`, e.cfg.ServerConfig.NetAddr.Endpoint, err)
	}
	handler, err := e.handler()
	if err == nil {
		err = e.keeper.start(ctx, host)
	}
	if err == nil {
		e.server.http, err = e.cfg.ServerConfig.ToServer(ctx, host.GetExtensions(), e.settings, handler)
	}
	if err == nil {
		err = e.registerTelemetry()
	}
	if err != nil {
		e.server.http = nil
		return errors.Join(err, listener.Close(), e.keeper.shutdown(ctx))
	}
	e.server.addr = listener.Addr()
	e.server.done = make(chan struct{})
	e.settings.Logger.Info("Serving the topology", zap.Stringer("address", e.server.addr))
	go func() {
		defer close(e.server.done)
		if err := e.server.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(err))
		}
	}()
	return nil
}

// shutdown ends the streams, lets other requests finish until ctx is over, and waits.
func (e *topologyExporter) shutdown(ctx context.Context) error {
	e.telemetry.Shutdown()
	e.streams.stop()
	if e.server.http == nil {
		return nil
	}
	err := e.server.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, e.server.http.Close())
	}
	<-e.server.done
	e.server.http = nil
	return errors.Join(err, e.keeper.shutdown(ctx))
}
