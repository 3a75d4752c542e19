// Package parent tells when the process that started this one has ended. Terraform ends its plugins itself, but not
// when it is killed: a plugin then lives on, with a token in its memory and nobody to ask for it.
package parent

// AwaitEnd returns when the parent process of the time of the call has ended. If this process has been taken over by
// another one before, AwaitEnd waits for that one.
func AwaitEnd() { awaitEnd() }
