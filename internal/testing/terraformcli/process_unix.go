//go:build unix

package terraformcli

import (
	"os"
	"os/exec"
	"syscall"
)

// separate starts a command in a process group of its own. Ctrl-C on a terminal reaches every process of the foreground
// group; Terraform would see two interrupts, the terminal's and ours, and a second one makes it leave its providers
// behind.
func separate(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
}

// endGroup ends what a command that failed may have left running: a CLI that had to be killed doesn't end its
// providers.
func endGroup(command *exec.Cmd) {
	if command.Process != nil {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // mostly nobody is there any more, which is an error
	}
}
