package refresh

import (
	"fmt"
	"os"
)

// RunningExecutable is a path of the program that this process runs. It stays right when the program's file is
// replaced, moved or removed: the kernel follows it to the file that was started. It is valid as long as this process
// lives.
func RunningExecutable() (string, error) {
	path := fmt.Sprintf("/proc/%d/exe", os.Getpid())
	_, err := os.Stat(path)
	return path, err
}

// placeProgram makes the link that the config file names. A copy would not run if the folder for temporary files is
// mounted without permission to execute files.
func placeProgram(executable, target string) error { return os.Symlink(executable, target) }
