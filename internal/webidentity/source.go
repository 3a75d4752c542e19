// Package webidentity knows where a web identity token comes from and what it claims. It knows neither Terraform nor
// AWS.
package webidentity

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// What STS takes as WebIdentityToken, in characters.
const (
	MinTokenLength = 4
	MaxTokenLength = 20000
)

// FileVariable is the environment variable that names the token file of a pod, as all AWS SDKs know it.
const FileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE"

// Source provides a token. The exchange gets the token again for each call of STS, because the platform might have
// replaced it.
type Source interface {
	// Token fetches the token, with whitespace around it trimmed. It ends when ctx does. Its errors are *SourceError,
	// *Error, or the context's.
	Token(ctx context.Context) (secret.Text, error)
}

// Problem is why a file, a variable, or a value gives no token.
type Problem string

// The problems of a SourceError.
const (
	ProblemNotFound     Problem = "the file doesn't exist"
	ProblemNotPermitted Problem = "the file's permissions don't let this user read it"
	ProblemUnreadable   Problem = "the file can't be read"
	ProblemDirectory    Problem = "the file is a directory"
	ProblemNotRegular   Problem = "the file is a pipe, a socket, or a device"
	ProblemTooLarge     Problem = "the file is larger than a token can be"
	ProblemTokenAsPath  Problem = "a token is in the place of a path"
	ProblemPathAsToken  Problem = "a path is in the place of a token"
	ProblemNotName      Problem = "the name can't be the name of a variable"
	ProblemNotSet       Problem = "the variable isn't set"
	ProblemEmpty        Problem = "the token is empty"
	ProblemNotText      Problem = "the token isn't UTF-8 text"
	ProblemTooShort     Problem = "the token is too short" // SourceError.Length
	ProblemTooLong      Problem = "the token is too long"  // SourceError.Length
	ProblemNotJWT       Problem = "the token isn't a JWT"  // SourceError.Form
)

// SourceError is a File, an Environment, or an Inline that gives no usable token. Nothing was sent.
type SourceError struct {
	Source  Source
	Problem Problem
	Length  int  // of the token, in characters
	Form    Form // of a text that isn't a JWT
}

func (e *SourceError) Error() string { return string(e.Problem) }

// Error says why a platform gave no usable token. It never holds the token.
type Error struct {
	Platform  string // the name of the platform's object
	Attribute string // the attribute of that object at fault; empty if it isn't a single one
	Summary   string // what is wrong, as a heading
	Detail    string // what is wrong and what would be right, in sentences

	MaxAttempts int           // how often to request the token in all; 0 and 1 mean that the failure is final
	RetryAfter  time.Duration // the pause that the platform asks for; 0 if it asks for none
}

func (e *Error) Error() string { return e.Summary + ": " + e.Detail }

// accept trims a token and checks what every server requires: a length, and UTF-8 text.
func accept(source Source, raw string) (string, error) {
	token := strings.TrimSpace(raw)
	failure := &SourceError{Source: source, Length: utf8.RuneCountInString(token), Form: formOf(token)}
	switch {
	case token == "":
		failure.Problem = ProblemEmpty
	case !utf8.ValidString(token):
		failure.Problem = ProblemNotText
	case failure.Length < MinTokenLength:
		failure.Problem = ProblemTooShort
	case failure.Length > MaxTokenLength:
		failure.Problem = ProblemTooLong
	default:
		return token, nil
	}
	return "", failure
}

// acceptJWT is accept for a source that must have a JWT, unless it is opaque. Without this rule, a wrong path or name
// would send an arbitrary file or secret to an endpoint.
func acceptJWT(source Source, raw string, opaque bool) (secret.Text, error) {
	token, err := accept(source, raw)
	switch {
	case err != nil:
		return secret.Text{}, err
	case !opaque && !IsJWT(token):
		return secret.Text{}, &SourceError{Source: source, Problem: ProblemNotJWT, Form: formOf(token)}
	}
	return secret.New(token), nil
}

// CheckJWT checks that the token of a source is a JWT, for a use that needs one of every source. Its error is a
// *SourceError.
func CheckJWT(source Source, token secret.Text) error {
	_, err := acceptJWT(source, token.Reveal(), false)
	return err
}
