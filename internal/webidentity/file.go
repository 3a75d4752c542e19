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

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// maxFileBytes bounds what is read of a token file: the longest token at four bytes a character, and some white space.
const maxFileBytes = 4*MaxTokenLength + 4096

// File is a token in a file, which is read anew each time: platforms replace the file's content before the token
// expires.
type File struct {
	Path     string
	Argument string // the argument that named the path; empty when FileVariable did
	Opaque   bool   // the token needn't be a JWT, because provider_id says that it is an OAuth 2.0 access token
}

// String names the source.
func (f File) String() string {
	if f.Argument == "" {
		return FileVariable
	}
	return f.Argument
}

// Token reads the file. Its errors are *Error, or the context's when ctx ended first.
func (f File) Token(ctx context.Context) (secret.Text, error) {
	content, err := f.read(ctx)
	if err != nil {
		return secret.Text{}, err
	}
	token, problem := accept(string(content))
	switch {
	case problem != "":
		return secret.Text{}, f.fail("The web identity token file has no token", "%s "+problem+".", f.subject())
	case !f.Opaque && !IsJWT(token):
		// This is also what keeps an arbitrary file, a private key say, from being posted to an endpoint.
		return secret.Text{}, f.fail("The web identity token file has no token",
			"%s holds %s", f.subject(), notJWT(token))
	}
	return secret.New(token), nil
}

// read bounds the reading in time as well: a file system that hangs must not hang the run. What a hung system call
// holds is then one goroutine, until the process ends.
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
		return nil, fmt.Errorf("reading %s: %w", f.plainSubject(), context.Cause(ctx))
	}
}

func (f File) readRegular() ([]byte, error) {
	if IsJWT(strings.TrimSpace(f.Path)) {
		failure := f.fail("A token in place of a path", "%s is a web identity token itself, where the path of a file "+
			"is wanted. Give the token to %s instead.",
			f.setting(), InlineArgument)
		failure.Misplaced = true
		return nil, failure
	}
	// Without O_NONBLOCK, opening a named pipe would wait for its writer.
	file, err := os.OpenFile(f.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, f.unreadable(err)
	}
	defer func() { _ = file.Close() }()

	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, f.unreadable(err)
	case info.IsDir():
		return nil, f.fail("The web identity token file is a directory",
			"%s is a directory. Name the file in it that holds the token.", f.subject())
	case !info.Mode().IsRegular():
		return nil, f.fail("The web identity token file isn't a regular file",
			"%s is a pipe, a socket or a device. The token is read anew each time that it is needed, so it must lie "+
				"in a regular file.",
			f.subject())
	}

	content, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	switch {
	case err != nil:
		return nil, f.unreadable(err)
	case len(content) > maxFileBytes:
		return nil, f.fail("The web identity token file is too large",
			"%s is larger than a token can be: at most %d characters are allowed.", f.subject(), MaxTokenLength)
	}
	return content, nil
}

func (f File) unreadable(err error) error {
	subject, reason := f.plainSubject(), "can't be read"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = "doesn't exist"
	case errors.Is(err, fs.ErrPermission):
		subject, reason = f.subject(), "may not be read by the user that runs Terraform"
	}
	hint := ""
	switch {
	case f.Path == "":
		hint = " The path is empty."
	case strings.HasPrefix(f.Path, "~"):
		hint = ` "~" isn't expanded here: write pathexpand(` + secret.ShownPath(f.Path) + `).`
	case strings.HasPrefix(f.Path, "$"):
		hint = " Variables of a shell aren't expanded here. Write the whole path, or use pathexpand."
	case !secret.IsPath(f.Path):
		hint = " If it is a token, set " + InlineArgument + " to it instead."
	case f.Argument == "":
		hint = " Where the token comes from elsewhere, set one of the token arguments, which the variable then gives " +
			"way to."
	}
	failure := f.fail("The web identity token file can't be read", "%s %s.%s", subject, reason, hint)
	failure.Misplaced = f.Path != "" && secret.ShownPath(f.Path) != fmt.Sprintf("%q", f.Path)
	return failure
}

// subject names a file that exists as the user knows it, to begin a sentence with.
func (f File) subject() string { return f.named(fmt.Sprintf("%q", secret.Scrub(f.Path))) }

// plainSubject is subject for a path that may lead nowhere. A token could be in its place, so only what is plainly a
// path is shown.
func (f File) plainSubject() string { return f.named(secret.ShownPath(f.Path)) }

func (f File) named(path string) string {
	if f.Argument == "" {
		return fmt.Sprintf("The file %s, named by the environment variable %s,", path, FileVariable)
	}
	return "The file " + path
}

// setting names what holds the path, to begin a sentence with.
func (f File) setting() string {
	if f.Argument == "" {
		return "The value of the environment variable " + FileVariable
	}
	return "The value of " + f.Argument
}

func (f File) fail(summary, format string, arguments ...any) *Error {
	return &Error{Argument: f.Argument, Summary: summary, Detail: fmt.Sprintf(format, arguments...)}
}
