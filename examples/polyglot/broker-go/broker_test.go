package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const testPatience = 5 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// client speaks the NATS protocol by hand; it is a text protocol.
type client struct {
	*testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, natsURL string) *client {
	t.Helper()
	parsed, err := url.Parse(natsURL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", parsed.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(testPatience)); err != nil {
		t.Fatal(err)
	}
	return &client{T: t, conn: conn, in: bufio.NewReader(conn)}
}

func (c *client) send(lines ...string) {
	c.Helper()
	if _, err := io.WriteString(c.conn, strings.Join(lines, "\r\n")+"\r\n"); err != nil {
		c.Fatal(err)
	}
}

func (c *client) line() string {
	c.Helper()
	line, err := c.in.ReadString('\n')
	if err != nil {
		c.Fatal(err)
	}
	return strings.TrimRight(line, "\r\n")
}

func TestBrokerCarriesHeaders(t *testing.T) {
	broker, err := startBroker("127.0.0.1:0", quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer broker.stop()
	c := dial(t, broker.url())

	var info struct {
		MaxPayload int  `json:"max_payload"`
		Headers    bool `json:"headers"`
		JetStream  bool `json:"jetstream"`
	}
	greeting := c.line()
	if err := json.Unmarshal([]byte(strings.TrimPrefix(greeting, "INFO ")), &info); err != nil {
		t.Fatalf("%s: %v", greeting, err)
	}
	if info.MaxPayload != maxPayloadBytes || !info.Headers || info.JetStream {
		t.Errorf("broker says %+v", info)
	}

	header := "NATS/1.0\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"
	payload := "{}"
	c.send(`CONNECT {"verbose":false,"headers":true}`, "SUB orders.priced 1",
		fmt.Sprintf("HPUB orders.priced %d %d", len(header), len(header)+len(payload)), header+payload)
	if got, want := c.line(), fmt.Sprintf("HMSG orders.priced 1 %d %d", len(header), len(header)+len(payload)); got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	message := make([]byte, len(header)+len(payload))
	if _, err := io.ReadFull(c.in, message); err != nil || string(message) != header+payload {
		t.Errorf("message is %q, %v, want %q", message, err, header+payload)
	}
}

func TestStartBrokerRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	tests := []struct{ name, addr, want string }{
		{"nothing", "", "BROKER_ADDR is not set: give it a loopback address such as 127.0.0.1:4222"},
		{"no port", "127.0.0.1", "BROKER_ADDR: address 127.0.0.1: missing port in address"},
		{"all interfaces", "0.0.0.0:4222", `BROKER_ADDR "0.0.0.0:4222" is not a loopback IP address: clients do not authenticate, so use 127.0.0.1 or [::1]`},
		{"a name", "localhost:4222", `BROKER_ADDR "localhost:4222" is not a loopback IP address: clients do not authenticate, so use 127.0.0.1 or [::1]`},
		{"port out of range", "127.0.0.1:65536", `BROKER_ADDR "127.0.0.1:65536": port must be 0 to 65535`},
		{"port in use", taken.Addr().String(), "start on " + taken.Addr().String() + ": Error listening on port: " + taken.Addr().String() + `, "listen tcp ` + taken.Addr().String() + `: bind: address already in use"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			broker, err := startBroker(tt.addr, quiet())
			if err == nil {
				broker.stop()
				t.Fatalf("startBroker(%q) gives no error, want %q", tt.addr, tt.want)
			}
			if err.Error() != tt.want {
				t.Errorf("startBroker(%q) = %q, want %q", tt.addr, err, tt.want)
			}
		})
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stdout, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", w, quiet()) }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || line != "ready broker\n" {
		t.Fatalf("first line is %q, %v", line, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
}
