package consumer

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

// unknownArgumentsError says that the identity was asked for while the provider block still waits for values.
// hashicorp/aws takes an unknown value for an absent one, and may then find other credentials in the environment: a
// test would pass with credentials nobody handed over.
type unknownArgumentsError struct {
	names []string
}

func (e *unknownArgumentsError) Error() string {
	return "These arguments of the provider block aren't known yet: " + strings.Join(e.names, ", ") + "."
}

// noCredentialsError says that the provider block leads to no credentials.
type noCredentialsError struct {
	err error
}

// Error never repeats what a credential_process printed. The SDK's own text does, when the output isn't JSON, and the
// output of a process that prints credentials is a secret.
func (e *noCredentialsError) Error() string {
	if _, ok := errors.AsType[*credentials.StaticCredentialsEmptyError](e.err); ok {
		return "No credentials: access_key and secret_key must both be set."
	}
	process, ok := errors.AsType[*processcreds.ProviderError](e.err)
	if !ok {
		return fmt.Sprintf("No credentials: %s.", e.err)
	}
	if exit, ok := errors.AsType[*exec.ExitError](process); ok {
		return fmt.Sprintf("No credentials: the profile's credential_process ended with %s.", exit)
	}
	return "No credentials: the profile's credential_process printed no credentials of version 1, or couldn't be run."
}

// callError says that STS refused the call, or couldn't be reached.
type callError struct {
	text string
}

// newCallError leaves the secrets out of what STS said: for a signature that doesn't match, STS quotes the signed
// request, session token included. The error at hand isn't wrapped, since it has them still.
func newCallError(err error, creds aws.Credentials) *callError {
	text := err.Error()
	for _, secret := range []string{creds.SecretAccessKey, creds.SessionToken} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "(redacted)")
		}
	}
	return &callError{text: text}
}

func (e *callError) Error() string {
	return e.text
}

// accountNotAllowedError says that the credentials work, for an account that allowed_account_ids doesn't have.
type accountNotAllowedError struct {
	accountID string
}

func (e *accountNotAllowedError) Error() string {
	return fmt.Sprintf("The credentials belong to account %s, which allowed_account_ids doesn't have.", e.accountID)
}
