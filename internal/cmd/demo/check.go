package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

const (
	assumeRole     = "AssumeRoleWithWebIdentity"
	callerIdentity = "GetCallerIdentity"
	accessDenied   = "AccessDenied"
)

// outputs are those of examples/demo/data-source. Nothing in them is secret.
type outputs struct {
	Identity identityOutput
	Sessions map[string]sessionOutput
}

type identityOutput struct {
	IdentityProvider string `json:"identity_provider"`
	Subject          string `json:"subject"`
	Audience         string `json:"audience"`
}

type sessionOutput struct {
	ARN             string    `json:"arn"`
	Expiration      time.Time `json:"expiration"`
	VerifiedAccount string    `json:"verified_account"`
	VerifiedARN     string    `json:"verified_arn"`
}

// parseOutputs reads what the command `output -json` writes.
func parseOutputs(text string) (outputs, error) {
	var document struct {
		Identity struct{ Value identityOutput }           `json:"identity"`
		Sessions struct{ Value map[string]sessionOutput } `json:"sessions"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return outputs{}, fmt.Errorf("reading the outputs: %w", err)
	}
	return outputs{Identity: document.Identity.Value, Sessions: document.Sessions.Value}, nil
}

// checkOutputs returns an error for each output that differs from the scene.
func checkOutputs(got outputs, now time.Time) error {
	return errors.Join(
		same("the identity provider", got.Identity.IdentityProvider, issuerURL),
		same("the subject", got.Identity.Subject, subject),
		same("the audience", got.Identity.Audience, audience),
		checkSession("production", production, got.Sessions, now),
		checkSession("shared", shared, got.Sessions, now),
	)
}

func checkSession(name string, want target, sessions map[string]sessionOutput, now time.Time) error {
	got, ok := sessions[name]
	if !ok {
		return fmt.Errorf("there is no session %s among the outputs", name)
	}
	return errors.Join(
		same(name+": the session that STS gave", got.ARN, want.sessionARN),
		same(name+": the account that the credentials are in", got.VerifiedAccount, want.account),
		same(name+": whom the credentials belong to", got.VerifiedARN, want.sessionARN),
		checkExpiration(name, got.Expiration, now),
	)
}

// checkExpiration wants the hour that STS gives by default, less what the demo itself took.
func checkExpiration(name string, expiration, now time.Time) error {
	if left := expiration.Sub(now); left < 50*time.Minute || left > time.Hour+time.Second {
		return fmt.Errorf("%s: the session ends in %s, not in about an hour", name, left.Round(time.Second))
	}
	return nil
}

func same(what, got, want string) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%s: got %q, want %q", what, got, want)
}

// checkRequests compares the requests that STS received with the expected ones: each role was requested anonymously,
// and GetCallerIdentity was called with as many different keys, whose signatures were right.
func checkRequests(requests []emulator.Request) error {
	exchanged, signed, err := sortRequests(requests)
	if err != nil {
		return err
	}
	assumed := make(map[string]bool)
	for _, role := range exchanged {
		assumed[role] = true
	}
	signers := make(map[string]bool)
	for _, id := range signed {
		signers[id] = true
	}
	for _, want := range []target{production, shared} {
		if !assumed[want.roleARN] {
			return fmt.Errorf("nobody asked STS for %s", want.roleARN)
		}
	}
	if len(signers) != len(assumed) {
		return fmt.Errorf("%d different credentials signed %s: want %d", len(signers), callerIdentity, len(assumed))
	}
	return nil
}

// sortRequests returns the roles that were requested, and the access key IDs that signed GetCallerIdentity, in the
// order of the requests. A failed request or a signed exchange is an error.
func sortRequests(requests []emulator.Request) (roles, signers []string, err error) {
	for _, request := range requests {
		authorization := request.Header.Get("Authorization")
		switch {
		case request.Status != http.StatusOK:
			return nil, nil, fmt.Errorf(
				"STS answered %s with status %d: %s",
				request.Action,
				request.Status,
				request.ErrorCode,
			)
		case request.Action == assumeRole && authorization != "":
			return nil, nil, fmt.Errorf(
				"%s was signed: the exchange must not need, or send, any credentials",
				assumeRole,
			)
		case request.Action == assumeRole:
			roles = append(roles, request.Form.Get("RoleArn"))
		case request.Action == callerIdentity:
			if id := accessKeyID(authorization); id != "" {
				signers = append(signers, id)
			}
		}
	}
	return roles, signers, nil
}

// accessKeyID is what an Authorization header of Signature Version 4 names as its Credential, or empty.
func accessKeyID(authorization string) string {
	scope, ok := strings.CutPrefix(authorization, "AWS4-HMAC-SHA256 Credential=")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(scope, "/")
	return id
}

// wasRefused reports whether STS has refused somebody the role.
func wasRefused(requests []emulator.Request, roleARN string) bool {
	for _, request := range requests {
		if request.Action == assumeRole && request.Form.Get("RoleArn") == roleARN {
			return request.Status == http.StatusForbidden && request.ErrorCode == accessDenied
		}
	}
	return false
}
