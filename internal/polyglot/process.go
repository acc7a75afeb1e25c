package polyglot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

const (
	// stopGrace is how long a child may take to end after SIGTERM before it is killed.
	stopGrace = 10 * time.Second
	// pipeGrace is how long a dead child's output may be held open by a process it left behind.
	pipeGrace = 2 * time.Second
)

// processSpec says what to run.
type processSpec struct {
	name string
	argv []string
	dir  string
	env  []string
	// logDir gets <name>.log with both output streams.
	logDir string
	// readyLine is the line on standard output that means "ready to serve"; "" if there is none.
	readyLine string
}

// process is a running child in a process group of its own.
type process struct {
	name string
	log  string // path of the log file
	pid  int
	// ready is closed when the ready line was read.
	ready chan struct{}
	// done is closed after the child has ended; err is valid from then on.
	done chan struct{}
	err  error
}

// startProcess starts a child. One goroutine, locked to its OS thread, starts it and
// waits for it: the parent-death signal that ends the child with us is bound to the
// thread that started it, not to the process.
func startProcess(spec processSpec) (*process, error) {
	p := &process{
		name:  spec.name,
		log:   filepath.Join(spec.logDir, spec.name+".log"),
		ready: make(chan struct{}),
		done:  make(chan struct{}),
	}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s: log file: %w", spec.name, err)
	}
	cmd := exec.Command(spec.argv[0], spec.argv[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = spec.dir, spec.env, pipeGrace
	cmd.Stdout, cmd.Stderr = newReadyWriter(out, spec.readyLine, p.ready), out
	cmd.SysProcAttr = ownGroup()
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer out.Close()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			p.wait(cmd)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s: %w", spec.name, err)
	}
	return p, nil
}

func (p *process) wait(cmd *exec.Cmd) {
	p.err = cmd.Wait()
	// What the child left behind in its group goes with it. The group's number cannot
	// have been given away yet if anything is left in it.
	_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	close(p.done)
}

// waitReady returns when the ready line was read, and an error with the end of the
// child's log if the child ends first or ctx is done.
func (p *process) waitReady(ctx context.Context) error {
	select {
	case <-p.ready:
		return nil
	case <-p.done:
		return p.failure("ended before it was ready: " + exitText(p.err))
	case <-ctx.Done():
		return p.failure(notReady(ctx))
	}
}

// stop ends the child's group by SIGTERM, and by SIGKILL after the grace period. It
// may be called again. It reports a child that did not end in time or not with status 0.
func (p *process) stop(grace time.Duration) error {
	select {
	case <-p.done:
		return p.exitError()
	default:
	}
	_ = syscall.Kill(-p.pid, syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return p.exitError()
	case <-timer.C:
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		<-p.done
		return p.failure(fmt.Sprintf("did not end within %s of SIGTERM and was killed", grace))
	}
}

func (p *process) exitError() error {
	if p.err == nil {
		return nil
	}
	return p.failure("ended with " + exitText(p.err))
}

func (p *process) failure(what string) error {
	return fmt.Errorf("%s %s; end of %s:\n%s", p.name, what, p.log, tail(p.log))
}

// notReady says why the wait for a child was given up.
func notReady(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "was not ready in time"
	}
	return "was not yet ready: " + context.Cause(ctx).Error()
}

func exitText(err error) string {
	if err == nil {
		return "exit status 0"
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.String()
	}
	return err.Error()
}
