//go:build !unix

package terraformcli

import "os/exec"

// separate leaves the command as it is: without process groups, it is killed when its context ends.
func separate(*exec.Cmd) {}

func endGroup(*exec.Cmd) {}
