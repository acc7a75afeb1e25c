package polyglot

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Prometheus is a running Prometheus server that takes remote writes and keeps its
// data in a temporary folder.
type Prometheus struct {
	// Address is its host:port.
	Address string

	process *process
	client  *http.Client
	dir     string
	stop    sync.Once
	stopErr error
}

// StartPrometheus starts the given server on a free port and waits until it is ready.
func StartPrometheus(ctx context.Context, binary, logDir string, readyTimeout time.Duration) (*Prometheus, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	dir, err := newRuntimeDir()
	if err != nil {
		return nil, err
	}
	p := &Prometheus{Address: address, client: newClient(), dir: dir}
	if err := p.start(ctx, binary, logDir, readyTimeout); err != nil {
		if p.process != nil {
			_ = p.process.stop(stopGrace)
		}
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return p, nil
}

func (p *Prometheus) start(ctx context.Context, binary, logDir string, readyTimeout time.Duration) error {
	config := filepath.Join(p.dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte("global: {}\n"), 0o600); err != nil {
		return err
	}
	var err error
	p.process, err = startProcess(processSpec{
		name: "prometheus",
		argv: []string{
			binary, "--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(p.dir, "data"),
			"--web.listen-address=" + p.Address, "--web.enable-remote-write-receiver",
		},
		dir: p.dir, env: os.Environ(), logDir: logDir,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	return p.process.waitHTTP(ctx, p.client, "http://"+p.Address+"/-/ready")
}

// RemoteWriteURL is where remote writes go.
func (p *Prometheus) RemoteWriteURL() string { return "http://" + p.Address + "/api/v1/write" }

// Query evaluates a PromQL expression and returns the first sample's value; ok is
// false if the result is empty.
func (p *Prometheus) Query(ctx context.Context, expr string) (value float64, ok bool, err error) {
	status, body, err := fetch(ctx, p.client, "http://"+p.Address+"/api/v1/query?query="+url.QueryEscape(expr))
	if err != nil {
		return 0, false, fmt.Errorf("prometheus: %w", err)
	}
	if status != http.StatusOK {
		return 0, false, fmt.Errorf("prometheus: status %d: %s", status, body)
	}
	return parseQuery(body)
}

func parseQuery(body []byte) (value float64, ok bool, err error) {
	var answer struct {
		Data struct {
			Result []struct {
				Value [2]any `json:"value"` // seconds, "value"
			} `json:"result"`
		} `json:"data"`
	}
	if err = json.Unmarshal(body, &answer); err != nil {
		return 0, false, fmt.Errorf("prometheus answer: %w", err)
	}
	if len(answer.Data.Result) == 0 {
		return 0, false, nil
	}
	text, _ := answer.Data.Result[0].Value[1].(string)
	value, err = strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false, fmt.Errorf("prometheus answer: %w", err)
	}
	return value, true, nil
}

// Stop ends the server and removes its data. It may be called more than once.
func (p *Prometheus) Stop() error {
	p.stop.Do(func() {
		p.client.CloseIdleConnections()
		p.stopErr = p.process.stop(stopGrace)
		if err := os.RemoveAll(p.dir); p.stopErr == nil {
			p.stopErr = err
		}
	})
	return p.stopErr
}
