// Package parent waits until the process that started this one has ended. Terraform ends its plugins, except if it is
// killed. A plugin then continues to run, with a token in its memory.
package parent

// AwaitEnd returns when the parent process of the time of the call has ended. If this process has been taken over by
// another one before, AwaitEnd waits for that one.
func AwaitEnd() { awaitEnd() }
