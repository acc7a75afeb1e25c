package polyglot

import "syscall"

// ownGroup puts a child into a process group of its own, so that a Ctrl-C at the
// terminal reaches only us, and has the kernel kill it when the thread that started
// it is gone.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
