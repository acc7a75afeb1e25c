package polyglot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProcessReadyAndStop(t *testing.T) {
	p := startChild(t, "well")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, p.waitReady(ctx))
	require.NoError(t, p.stop(time.Minute))
	require.NoError(t, p.stop(time.Minute), "a second stop finds it stopped")
	assert.Equal(t, "some other line\nready child", tail(p.log))
	assert.ErrorIs(t, syscall.Kill(p.pid, 0), syscall.ESRCH, "the child is still there")
}

func TestProcessNotReady(t *testing.T) {
	interrupted, interrupt := context.WithCancelCause(t.Context())
	interrupt(errors.New("interrupt signal received"))
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	tests := []struct {
		name, behaviour, prints string
		ctx                     context.Context
		want                    string
	}{
		{"never says so", "silent", "this is not ready child", late, "child was not ready in time; end of "},
		{"interrupted", "silent", "this is not ready child", interrupted, "child was not yet ready: interrupt signal received; end of "},
		{"ends before", "failing", "address already in use", t.Context(), "child ended before it was ready: exit status 3; end of "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := startChild(t, tt.behaviour)
			require.Eventually(t, func() bool { return tail(p.log) == tt.prints }, time.Minute, 10*time.Millisecond)
			assert.EqualError(t, p.waitReady(tt.ctx), tt.want+p.log+":\n"+tt.prints)
		})
	}
}

func TestProcessStopKills(t *testing.T) {
	p := startChild(t, "stubborn")
	require.NoError(t, p.waitReady(t.Context()))
	err := p.stop(200 * time.Millisecond)
	require.ErrorContains(t, err, "child did not end within 200ms of SIGTERM and was killed")
	assert.ErrorIs(t, syscall.Kill(p.pid, 0), syscall.ESRCH, "the child is still there")
}

func TestProcessStopReportsStatus(t *testing.T) {
	p := startChild(t, "untidy")
	require.NoError(t, p.waitReady(t.Context()))
	require.ErrorContains(t, p.stop(time.Minute), "child ended with exit status 7")
}

func TestProcessStopEndsGroup(t *testing.T) {
	p := startChild(t, "parent")
	require.NoError(t, p.waitReady(t.Context()))
	first, _, _ := strings.Cut(tail(p.log), "\n")
	left, err := strconv.Atoi(first)
	require.NoError(t, err)
	require.NoError(t, p.stop(time.Minute))
	require.Eventually(t, func() bool { return gone(left) }, 10*time.Second, 10*time.Millisecond,
		"process %d, started by the child, is still there", left)
}

// gone reports whether a process has ended; one that init has not yet collected counts as ended.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestProcessNotStarted(t *testing.T) {
	spec := childSpec(t, "well")
	spec.argv = []string{filepath.Join(t.TempDir(), "absent")}
	_, err := startProcess(spec)
	require.ErrorContains(t, err, "child: fork/exec")
}

// The runner is killed: the kernel must end its child. The runner is the test binary
// once more, so that it can be killed.
func TestProcessDiesWithRunner(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no parent-death signal outside Linux")
	}
	runner := startChild(t, "runner")
	require.NoError(t, runner.waitReady(t.Context()))
	first, _, _ := strings.Cut(tail(runner.log), "\n")
	child, err := strconv.Atoi(first)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(runner.pid, syscall.SIGKILL))
	require.Eventually(t, func() bool { return gone(child) }, 10*time.Second, 10*time.Millisecond,
		"the child %d has outlived its runner", child)
}
