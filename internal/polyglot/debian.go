package polyglot

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// EnsurePrometheus returns the path of a Prometheus server: the one in PATH or, on
// Debian and its like, the one in the distribution's package, which is fetched with
// apt-get and unpacked below dir. Nothing is installed: installing the package would
// start a server of its own. It writes what it is about to do to progress. The error
// says why Prometheus is left out and what to do about it.
func EnsurePrometheus(ctx context.Context, progress io.Writer, dir string) (string, error) {
	if path, err := exec.LookPath("prometheus"); err == nil {
		return path, nil
	}
	unpacked := filepath.Join(dir, "usr", "bin", "prometheus")
	if _, err := os.Stat(unpacked); err == nil {
		return unpacked, nil
	}
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("left out: no prometheus in PATH and no %s to fetch it with: install Prometheus 2.33 or newer", tool)
		}
	}
	fmt.Fprintf(progress, "fetching the Debian package of Prometheus and unpacking it into %s (nothing is installed)\n", dir)
	if err := unpackPackage(ctx, progress, "prometheus", dir); err != nil {
		return "", fmt.Errorf("left out: %w: install Prometheus 2.33 or newer", err)
	}
	if _, err := os.Stat(unpacked); err != nil {
		return "", fmt.Errorf("left out: the package holds no server: %w", err)
	}
	return unpacked, nil
}

// unpackPackage fetches a package from the distribution's archive, whose signature
// apt-get checks, and unpacks it below dir.
func unpackPackage(ctx context.Context, progress io.Writer, name, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	err := runIn(ctx, dir, "apt-get", "-q", "download", name)
	if err != nil && os.Geteuid() == 0 && ctx.Err() == nil { // perhaps there are no package lists yet
		fmt.Fprintln(progress, "refreshing the package lists (apt-get update)")
		if err = runIn(ctx, dir, "apt-get", "-q", "update"); err == nil {
			err = runIn(ctx, dir, "apt-get", "-q", "download", name)
		}
	}
	if err != nil {
		return err
	}
	archives, err := filepath.Glob(filepath.Join(dir, name+"_*.deb"))
	if err != nil {
		return err
	}
	if len(archives) != 1 {
		return fmt.Errorf("%d archives named %s_*.deb in %s, want one: remove the folder", len(archives), name, dir)
	}
	if err := runIn(ctx, dir, "dpkg-deb", "-x", archives[0], dir); err != nil {
		return err
	}
	return os.Remove(archives[0])
}

// runIn runs a tool in a folder; an error holds the last line it printed.
func runIn(ctx context.Context, dir, tool string, args ...string) error {
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", tool, strings.Join(args, " "), err, lastLine(string(bytes.TrimSpace(out))))
	}
	return nil
}
