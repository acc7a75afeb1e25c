package polyglot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// buildOutputBytes is how much of a failing build's output an error shows.
const buildOutputBytes = 16 << 10

// Build builds the services written in the given languages, one after the other,
// and writes a line of progress for each. What has not changed is not built again. The
// output of a build is kept beside the artefacts and shown if the build fails.
func Build(ctx context.Context, progress io.Writer, root string, languages []Language) error {
	stamps := filepath.Join(root, "examples", "polyglot", "_build")
	if err := os.MkdirAll(stamps, 0o755); err != nil {
		return err
	}
	for _, s := range servicesIn(languages) {
		if err := s.buildIn(ctx, progress, root, stamps); err != nil {
			return err
		}
	}
	return nil
}

func (s service) buildIn(ctx context.Context, progress io.Writer, root, stamps string) error {
	tool := filepath.Base(s.build[0][0])
	stamp := stampFile{path: filepath.Join(stamps, s.dir+".stamp"), folder: s.folder(root)}
	sum, err := hashSources(stamp.folder)
	if err != nil {
		return fmt.Errorf("sources of %s: %w", s.dir, err)
	}
	if s.slowBuild && stamp.current(sum, s.artefact) {
		fmt.Fprintf(progress, "building %s (%s) ... unchanged\n", s.dir, tool)
		return nil
	}
	begin := time.Now()
	fmt.Fprintf(progress, "building %s (%s) ... ", s.dir, tool)
	for _, argv := range s.build {
		if err := runBuild(ctx, argv, stamp.folder, filepath.Join(stamps, s.dir+".log")); err != nil {
			fmt.Fprintln(progress, "failed")
			return fmt.Errorf("building %s: %w", s.dir, err)
		}
	}
	fmt.Fprintf(progress, "%.1fs\n", time.Since(begin).Seconds())
	return stamp.write(sum)
}

// runBuild runs one build command in a process group of its own, which ends as a
// whole when ctx is done: build tools start further processes.
func runBuild(ctx context.Context, argv []string, dir, logPath string) error {
	out, err := os.Create(logPath)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, out, out, pipeGrace
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	err = cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return err
	}
	return fmt.Errorf("%s: %s; end of %s:\n%s", strings.Join(argv, " "), exitText(err), logPath, tailOf(logPath, buildOutputBytes))
}
