package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// collector is a running collector process.
type collector struct {
	cmd     *exec.Cmd
	dir     string // for its configuration and log
	otlp    string // host:port
	metrics string
}

const (
	pollEvery   = 50 * time.Millisecond
	startWithin = 20 * time.Second
	stopWithin  = 20 * time.Second
)

// start runs a collector with a pipeline on so many processors, and waits until it
// takes connections.
func start(ctx context.Context, program string, p Pipeline, processors int) (*collector, error) {
	dir, err := os.MkdirTemp("", "bench-process")
	if err != nil {
		return nil, err
	}
	c := &collector{dir: dir}
	if c.otlp, err = freeAddress(ctx); err == nil {
		c.metrics, err = freeAddress(ctx)
	}
	if err == nil {
		err = c.run(p, program, processors)
	}
	if err == nil {
		err = c.ready(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s with %s: %w", program, p.Name, err), c.stop())
	}
	return c, nil
}

func (c *collector) run(p Pipeline, program string, processors int) error {
	config := filepath.Join(c.dir, "config.yaml")
	if err := os.WriteFile(config, []byte(p.config(c.otlp, c.metrics)), 0o600); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(c.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	// The gate makes the collector count what each component takes.
	cmd := exec.Command(program, "--config", config, "--feature-gates=telemetry.newPipelineTelemetry")
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(processors))
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.cmd = cmd
	return nil
}

// ready waits until the collector listens.
func (c *collector) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.otlp)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("does not listen: %w\n%s", err, log)
		case <-time.After(pollEvery):
		}
	}
}

// stop ends the process, gently first, and removes its files.
func (c *collector) stop() error {
	var err error
	if c.cmd != nil {
		kill := time.AfterFunc(stopWithin, func() { _ = c.cmd.Process.Kill() })
		_ = c.cmd.Process.Signal(syscall.SIGTERM)
		err = c.cmd.Wait()
		if !kill.Stop() {
			err = fmt.Errorf("killed: did not stop within %v", stopWithin)
		}
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

const (
	acceptedMetric = "otelcol_receiver_accepted_spans"
	leftMetric     = "otelcol_exporter_consumed_items"
)

// counts are the spans that went in and out, by the collector's own metrics.
func (c *collector) counts(ctx context.Context) (accepted, left int64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.metrics+"/metrics", http.NoBody)
	if err != nil {
		return 0, 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		series, value, ok := strings.Cut(lines.Text(), " ")
		name, _, _ := strings.Cut(series, "{")
		name = strings.TrimSuffix(name, "_total")
		if !ok || name != acceptedMetric && name != leftMetric {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", series, err)
		}
		if name == acceptedMetric {
			accepted += int64(n)
		} else {
			left += int64(n)
		}
	}
	return accepted, left, nil
}

// freeAddress is a port that was free a moment ago.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return "localhost:" + port, errors.Join(err, l.Close())
}
