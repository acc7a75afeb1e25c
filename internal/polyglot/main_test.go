package polyglot

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// envChild makes the test binary play a child process: its value is the behaviour.
const envChild = "POLYSPAN_TEST_CHILD"

func TestMain(m *testing.M) {
	if behaviour := os.Getenv(envChild); behaviour != "" {
		os.Exit(playChild(behaviour))
	}
	// A child built with the race detector would otherwise sleep a second before its end.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// playChild is what a service does as far as the runner sees it.
func playChild(behaviour string) int {
	term := make(chan os.Signal, 1)
	switch behaviour {
	case "well":
		signal.Notify(term, syscall.SIGTERM)
		fmt.Println("some other line")
		fmt.Println("ready child")
	case "silent":
		signal.Notify(term, syscall.SIGTERM)
		fmt.Println("this is not ready child")
	case "failing":
		fmt.Fprintln(os.Stderr, "address already in use")
		return 3
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready child")
	case "untidy": // ends with a status of its own
		signal.Notify(term, syscall.SIGTERM)
		fmt.Println("ready child")
		<-term
		return 7
	case "parent": // leaves a process behind in its group
		signal.Notify(term, syscall.SIGTERM)
		left := exec.Command("sleep", "60")
		if err := left.Start(); err != nil {
			return 1
		}
		fmt.Println(left.Process.Pid)
		fmt.Println("ready child")
	case "service": // named by the argument; notes its end in a common file
		signal.Notify(term, syscall.SIGTERM)
		fmt.Println("ready " + os.Args[1])
		<-term
		return noteEnd(os.Args[1])
	case "collector", "prometheus":
		signal.Notify(term, syscall.SIGTERM)
		stop := serveFake()
		defer stop()
	case "runner": // runs a child of its own, which would go on after its death
		p, err := startProcess(processSpec{name: "grandchild", argv: []string{"sleep", "60"}, logDir: os.TempDir()})
		if err != nil {
			return 1
		}
		fmt.Println(p.pid)
		fmt.Println("ready child")
	}
	select {
	case <-term:
		return 0
	case <-time.After(time.Minute): // longer than any test waits
		return 9
	}
}

// startChild starts the test binary as a child with the given behaviour.
func startChild(t *testing.T, behaviour string) *process {
	t.Helper()
	p, err := startProcess(childSpec(t, behaviour))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.stop(0) })
	return p
}

func childSpec(t *testing.T, behaviour string) processSpec {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	logDir := t.TempDir()
	return processSpec{
		name: "child", argv: []string{self}, env: append(os.Environ(), envChild+"="+behaviour, "TMPDIR="+logDir),
		logDir: logDir, readyLine: "ready child",
	}
}
