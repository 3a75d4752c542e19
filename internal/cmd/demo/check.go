package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

const (
	exchangeToken  = "AssumeRoleWithWebIdentity"
	assumeRole     = "AssumeRole"
	callerIdentity = "GetCallerIdentity"

	accessDenied         = "AccessDenied"
	invalidIdentityToken = "InvalidIdentityToken"
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
	problems := []error{
		same("the identity provider", got.Identity.IdentityProvider, issuerURL),
		same("the subject", got.Identity.Subject, subject),
		same("the audience", got.Identity.Audience, audience),
	}
	for _, want := range targets {
		problems = append(problems, checkSession(want.name, want.target, got.Sessions, now))
	}
	return errors.Join(problems...)
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

// calls are what STS answered, each kind in the order of the requests.
type calls struct {
	exchanged []string // the roles that the token was exchanged for
	assumed   []string // the roles that AssumeRole was called for, with the external IDs
	signers   []string // the access key IDs that signed GetCallerIdentity
}

// sortRequests reads the requests that STS received. A failed request, a signed exchange, and an AssumeRole that isn't
// signed are errors.
func sortRequests(requests []emulator.Request) (calls, error) {
	var sorted calls
	for _, request := range requests {
		authorization := request.Header.Get("Authorization")
		signer := accessKeyID(authorization)
		switch {
		case request.Status != http.StatusOK:
			return calls{}, fmt.Errorf(
				"STS answered %s with status %d: %s",
				request.Action,
				request.Status,
				request.ErrorCode,
			)
		case request.Action == exchangeToken && authorization != "":
			return calls{}, fmt.Errorf(
				"%s was signed: the exchange must not need, or send, any credentials",
				exchangeToken,
			)
		case request.Action == exchangeToken:
			sorted.exchanged = append(sorted.exchanged, request.Form.Get("RoleArn"))
		case request.Action == assumeRole && signer == "":
			return calls{}, fmt.Errorf("%s wasn't signed with the credentials of the role before", assumeRole)
		case request.Action == assumeRole:
			role := withExternalID(request.Form.Get("RoleArn"), request.Form.Get("ExternalId"))
			sorted.assumed = append(sorted.assumed, role)
		case request.Action == callerIdentity && signer != "":
			sorted.signers = append(sorted.signers, signer)
		}
	}
	return sorted, nil
}

func withExternalID(roleARN, id string) string {
	return fmt.Sprintf("%s with the external ID %q", roleARN, id)
}

// check compares the calls with the expected ones. Two blocks begin with the same exchange, and share it. Each
// credentials signed one GetCallerIdentity.
func (c calls) check() error {
	problems := []error{
		sameRoles("the roles that the token was exchanged for", c.exchanged, production.roleARN, shared.roleARN),
		sameRoles("the roles of "+assumeRole, c.assumed, withExternalID(partner.roleARN, externalID)),
	}
	signers := make(map[string]bool)
	for _, id := range c.signers {
		signers[id] = true
	}
	if want := len(targets); len(c.signers) != want || len(signers) != want {
		problems = append(problems, fmt.Errorf("%s to %s, signed with %d different credentials: want %d, with %d",
			counted(len(c.signers), "call"), callerIdentity, len(signers), want, want))
	}
	return errors.Join(problems...)
}

func sameRoles(what string, got []string, want ...string) error {
	slices.Sort(want)
	return same(what, strings.Join(slices.Sorted(slices.Values(got)), ", "), strings.Join(want, ", "))
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

// refusal is an exchange that STS must refuse, and the code of its answer.
type refusal struct {
	roleARN string
	status  int
	code    string
}

// The role of the partner doesn't trust the token, so only a hop reaches it.
var refusals = []refusal{
	{breakGlassARN, http.StatusForbidden, accessDenied},
	{partner.roleARN, http.StatusBadRequest, invalidIdentityToken},
}

// isAmong reports whether STS has refused an exchange for the role like this, and has never allowed one.
func (r refusal) isAmong(requests []emulator.Request) bool {
	found := false
	for _, request := range requests {
		if request.Action != exchangeToken || request.Form.Get("RoleArn") != r.roleARN {
			continue
		}
		if request.Status != r.status || request.ErrorCode != r.code {
			return false
		}
		found = true
	}
	return found
}
