package webidentity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// maxFileBytes bounds what is read of a token file: the longest token at four bytes a character, and some whitespace.
const maxFileBytes = 4*MaxTokenLength + 4096

// File is a token in a file. The provider reads the file for each exchange, because platforms replace its content
// before the token expires.
type File struct {
	Path   string
	Origin origin.Origin // of Path
	Opaque bool          // the token needn't be a JWT, because provider_id says that it is an OAuth 2.0 access token
}

// Token reads the file. Its errors are *SourceError, or the context's when ctx ended first.
func (f File) Token(ctx context.Context) (secret.Text, error) {
	content, err := f.read(ctx)
	if err != nil {
		return secret.Text{}, err
	}
	return acceptJWT(f, string(content), f.Opaque)
}

// read ends with ctx, because a file system that hangs must not hang the run. A system call that hangs then keeps one
// goroutine until the process ends.
func (f File) read(ctx context.Context) ([]byte, error) {
	type outcome struct {
		content []byte
		err     error
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	done := make(chan outcome, 1)
	go func() {
		content, err := f.readRegular()
		done <- outcome{content, err}
	}()
	select {
	case read := <-done:
		return read.content, read.err
	case <-ctx.Done():
		return nil, fmt.Errorf("reading the token file: %w", context.Cause(ctx))
	}
}

func (f File) readRegular() ([]byte, error) {
	if IsJWT(strings.TrimSpace(f.Path)) {
		return nil, &SourceError{Source: f, Problem: ProblemTokenAsPath}
	}
	// Without O_NONBLOCK, opening a named pipe would wait for its writer.
	file, err := os.OpenFile(f.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, &SourceError{Source: f, Problem: readProblem(err)}
	}
	defer func() { _ = file.Close() }()

	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, &SourceError{Source: f, Problem: readProblem(err)}
	case info.IsDir():
		return nil, &SourceError{Source: f, Problem: ProblemDirectory}
	case !info.Mode().IsRegular():
		return nil, &SourceError{Source: f, Problem: ProblemNotRegular}
	}

	content, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	switch {
	case err != nil:
		return nil, &SourceError{Source: f, Problem: readProblem(err)}
	case len(content) > maxFileBytes:
		return nil, &SourceError{Source: f, Problem: ProblemTooLarge}
	}
	return content, nil
}

func readProblem(err error) Problem {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ProblemNotFound
	case errors.Is(err, fs.ErrPermission):
		return ProblemNotPermitted
	}
	return ProblemUnreadable
}
