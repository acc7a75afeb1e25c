package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const (
	// maxPayloadBytes and maxPendingBytes bound one message and what waits for
	// one slow client; a client that falls further behind is cut off.
	maxPayloadBytes = 1 << 20
	maxPendingBytes = 16 << 20
	// maxConnections is far above the two clients of the example.
	maxConnections = 64
	// startTimeout is how long the server may take to listen.
	startTimeout = 5 * time.Second
	// startPoll is how long each look at it takes.
	startPoll = 50 * time.Millisecond
)

// broker is a running NATS server.
type broker struct {
	server *server.Server
}

// startBroker listens on addr, "127.0.0.1:4222" for example; port 0 takes a free one.
func startBroker(addr string, logger *slog.Logger) (*broker, error) {
	host, port, err := parseAddr(addr)
	if err != nil {
		return nil, err
	}
	natsServer, err := server.NewServer(&server.Options{
		ServerName: "polyglot",
		Host:       host,
		Port:       port,
		MaxPayload: maxPayloadBytes,
		MaxPending: maxPendingBytes,
		MaxConn:    maxConnections,
		NoSigs:     true,
	})
	if err != nil {
		return nil, err
	}
	fatal := make(chan string, 1)
	natsServer.SetLoggerV2(&serverLog{logger: logger, fatal: fatal}, false, false, false)
	go natsServer.Start()

	b := &broker{server: natsServer}
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); {
		if natsServer.ReadyForConnections(startPoll) {
			return b, nil
		}
		select {
		case text := <-fatal:
			b.stop()
			return nil, fmt.Errorf("start on %s: %s", addr, text)
		default:
		}
	}
	b.stop()
	return nil, fmt.Errorf("start on %s: not listening after %s", addr, startTimeout)
}

func (b *broker) url() string { return b.server.ClientURL() }

// stop disconnects the clients and waits until the server is down.
func (b *broker) stop() {
	b.server.Shutdown()
	b.server.WaitForShutdown()
}

// parseAddr splits addr and turns port 0 into what the server takes for "any".
func parseAddr(addr string) (host string, port int, err error) {
	if addr == "" {
		return "", 0, errors.New("BROKER_ADDR is not set: give it a loopback address such as 127.0.0.1:4222")
	}
	host, portText, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("BROKER_ADDR: %w", err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() {
		return "", 0, fmt.Errorf("BROKER_ADDR %q is not a loopback IP address: clients do not authenticate, so use 127.0.0.1 or [::1]", addr)
	}
	number, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("BROKER_ADDR %q: port must be 0 to 65535", addr)
	}
	if number == 0 {
		return host, server.RANDOM_PORT, nil
	}
	return host, int(number), nil
}
