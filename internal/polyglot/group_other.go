//go:build unix && !linux

package polyglot

import "syscall"

// ownGroup puts a child into a process group of its own, so that a Ctrl-C at the
// terminal reaches only us. There is no parent-death signal outside Linux.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
