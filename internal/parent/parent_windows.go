package parent

import "os"

// awaitEnd waits for the process itself. Windows gives an orphan no other parent. If the process can't be opened, which
// another user's can't, this never returns.
func awaitEnd() {
	process, err := os.FindProcess(os.Getppid())
	if err == nil {
		_, err = process.Wait()
	}
	if err != nil {
		select {}
	}
}
