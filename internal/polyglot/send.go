package polyglot

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// requestTimeout bounds one order from the request to the end of the answer.
	requestTimeout = 15 * time.Second
	// maxAnswerBytes bounds the answer that is read.
	maxAnswerBytes = 64 << 10
)

// Result is what became of one order.
type Result struct {
	OrderID string
	// TraceID is the x-trace-id under which the services know the request.
	TraceID string
	// Err is nil if the order was answered with status 200 and the right total.
	Err error
}

func newClient() *http.Client {
	return &http.Client{
		Timeout:   requestTimeout,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}
}

// Send posts n orders, concurrency of them at a time, and returns a result for each.
// The requests carry no trace context. Orders are numbered through over all calls.
func (s *System) Send(ctx context.Context, n, concurrency int) []Result {
	results := make([]Result, n)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(n, concurrency) {
		workers.Go(func() {
			for i := range next {
				results[i] = s.SendOne(ctx)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	return results
}

// SendOne posts the next order.
func (s *System) SendOne(ctx context.Context) Result {
	order := NewOrder(s.nextID.Add(1))
	id, err := s.post(ctx, order)
	if err != nil {
		err = fmt.Errorf("order %s: %w", order.OrderID, err)
	}
	return Result{OrderID: order.OrderID, TraceID: id, Err: err}
}

// post sends an order and returns its x-trace-id.
func (s *System) post(ctx context.Context, order Order) (string, error) {
	body, err := json.Marshal(order)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.entry.url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	minted := ""
	if !s.entry.mintsID {
		minted = rand.Text()
		req.Header.Set("x-trace-id", minted)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return minted, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if err != nil {
		return minted, err
	}
	if resp.StatusCode != http.StatusOK {
		return minted, fmt.Errorf("%s: %s", resp.Status, strings.TrimSpace(string(text)))
	}
	return checkAnswer(order, text, minted)
}

// checkAnswer compares an answer with the order and returns its x-trace-id: the
// gateway's, or the one minted here.
func checkAnswer(order Order, text []byte, minted string) (string, error) {
	var answer struct {
		OrderID    string `json:"order_id"`
		TotalCents int64  `json:"total_cents"`
		TraceID    string `json:"trace_id"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return minted, fmt.Errorf("answer %q: %w", text, err)
	}
	if minted != "" {
		answer.TraceID = minted
	}
	if answer.OrderID != order.OrderID || answer.TotalCents != order.TotalCents() || answer.TraceID == "" {
		return answer.TraceID, fmt.Errorf("answer %s: want order_id %s, total_cents %d and a trace_id", text, order.OrderID, order.TotalCents())
	}
	return answer.TraceID, nil
}
