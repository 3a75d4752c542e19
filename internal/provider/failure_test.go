package provider_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// failureCase is a block that fails, and what Terraform then shows.
type failureCase struct {
	provider  string           // its alias
	arguments []string         // beside the role, the session's name and the token
	token     string           // the name of one of the tokens; empty: a good one. "-": none, the arguments have it
	answer    http.HandlerFunc // in place of STS
	atHop     bool             // it answers AssumeRole
	argument  string           // that the error points at; empty: the block
	summary   string
	says      []string
}

// What servers answer that are another service's, or none.
const (
	answerOfSTS = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>` +
		`<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>` + leaked +
		`</SecretAccessKey><SessionToken>session` + leaked + `</SessionToken>` +
		`<Expiration>2999-01-02T03:04:05Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
	leaked        = "wJalrXUtnFEMIbPxRfiCYEXAMPLEKEY"
	proxyPassword = "hunter2hunter2"
	requestToken  = "requestTokenOfTheJob1234567890"
)

func respondWith(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// rejectWith answers with an error of STS. AWS's own message can repeat the token.
func rejectWith(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		emulator.WriteError(w, status, code, message+" "+r.PostFormValue("WebIdentityToken"))
	}
}

// respondRaw answers with bytes that are not HTTP.
func respondRaw(answer func(*bufio.ReadWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		answer(buffered)
		_ = buffered.Flush()
		_ = connection.Close()
	}
}

// atAWS are failures at AWS's own STS, which the emulator stands in for: what it can't be brought to answer is
// scripted.
var atAWS = map[string]failureCase{
	"denied_subject": {
		token:   "pull_request",
		summary: "STS denied the exchange",
		says: []string{
			`STS answered AccessDenied: "Not authorized to perform sts:AssumeRoleWithWebIdentity" (HTTP status 403, request ID `,
			`:sub       "repo:example/platform:pull_request"`,
			"nobody has reviewed",
			"Only if this workload should have this role",
			`"ci.example.com:sub": "repo:example/platform:pull_request"`,
		},
	},
	"no_such_role": {
		arguments: []string{set("role_arn", "arn:aws:iam::111122223333:role/nowhere")},
		summary:   "STS denied the exchange",
		says:      []string{"STS returns the same error"},
	},
	"no_tag_action": {
		token:     "tags",
		arguments: []string{set("role_arn", roleWithoutActions)},
		summary:   "The trust policy doesn't allow the token's session tags",
		says:      []string{"sts:TagSession", "https://aws.amazon.com/tags"},
	},
	"no_source_action": {
		token:     "source",
		arguments: []string{set("role_arn", roleWithoutActions)},
		summary:   "The trust policy doesn't allow the token's source identity",
		says:      []string{"sts:SetSourceIdentity"},
	},
	"wrong_audience": {
		token:   "slip",
		summary: "The web identity token is for another audience",
		says:    []string{`"sts.amazon.com" looks like a typo of "sts.amazonaws.com"`},
	},
	"no_oidc_provider": {
		token:   "stranger",
		summary: "The role's account has no provider for the token's issuer",
		says:    []string{`If you trust the issuer, create the provider`, `"https://stranger.example.com"`},
	},
	"no_key": {token: "another_kid", summary: "STS can't get the issuer's keys", says: []string{"lack the token's " +
		"key ID", `key ID "nowhere"`, "tried 2 times"}},
	"bad_signature": {
		token:   "foreign",
		summary: "STS can't validate the web identity token",
		says:    []string{"The signature might be invalid"},
	},
	"bad_algorithm": {
		token:   "hs256",
		summary: "STS can't validate the web identity token",
		says:    []string{`signed with "HS256", which STS doesn't support`},
	},
	"unsigned": {
		token:   "none",
		summary: "STS can't validate the web identity token",
		says:    []string{"The token isn't signed"},
	},
	"no_aud": {
		token:   "no_aud",
		summary: "The web identity token has no audience",
		says:    []string{"Request a token with an audience"},
	},
	"no_sub": {
		token:   "no_sub",
		summary: "The web identity token has no subject",
		says:    []string{"GitHub's request token"},
	},
	"opaque": {
		token:   "opaque",
		summary: "The web identity token isn't an ID token",
		says:    []string{"Use the ID token, a JWT", "the token isn't a JWT"},
	},
	"login_with_amazon": {
		arguments: []string{set("provider_id", "www.amazon.com")},
		argument:  "provider_id",
		summary:   "The token isn't an access token of Login with Amazon",
		says:      []string{"Remove provider_id"},
	},
	"expired": {
		token:   "expired",
		summary: "The web identity token has expired",
		says:    []string{"The token expired 6 minutes ago", "expired at"},
	},
	"too_long": {
		arguments: []string{"duration_seconds = 7200"},
		argument:  "duration_seconds",
		summary:   "The session would be longer than the role allows",
		says:      []string{"duration_seconds is 7200 seconds"},
	},
	"bad_policy": {
		arguments: []string{`policy = jsonencode({ Version = "2012-10-17", Statements = [] })`},
		argument:  "policy",
		summary:   "The session policy isn't valid",
		says:      []string{"MalformedPolicyDocument"},
	},
	"large_policy": {arguments: []string{largePolicy()}, argument: "policy", summary: "Session policies and session " +
		"tags are too large together", says: []string{"PackedPolicyTooLarge"}},

	"bad_thumbprint": {
		answer: rejectWith(400, "InvalidIdentityToken", "OpenIDConnect provider's HTTPS certificate doesn't match "+
			"configured thumbprint"), summary: "STS doesn't trust the issuer's HTTPS certificate",
		says: []string{
			"update the thumbprint of the IAM OIDC provider",
		},
	},
	"too_old": {
		answer:  rejectWith(400, "ExpiredTokenException", "Token too old: 1788264000"),
		summary: "The web identity token was issued too long ago",
		says:    []string{"issued (iat) too long ago"},
	},
	"rejected_claim": {
		answer:  rejectWith(403, "IDPRejectedClaim", "The identity provider rejected the claim"),
		summary: "The identity provider rejected the web identity token",
		says:    []string{"might be revoked or expired"},
	},
	"idp_down": {
		answer:  rejectWith(400, "IDPCommunicationError", "The identity provider could not be reached"),
		summary: "The server can't reach the identity provider",
		says:    []string{"tried 2 times"},
	},
	"bad_arn": {
		answer:   rejectWith(400, "ValidationError", "Request ARN is invalid"),
		argument: "role_arn",
		summary:  "STS doesn't accept the role's ARN",
		says:     []string{"might have a typo"},
	},
	"bad_field": {
		answer: rejectWith(
			400,
			"ValidationError",
			"1 validation error detected: Value 'x' at 'roleSessionName' failed "+
				"to satisfy constraint: Member must have length",
		),
		argument: "role_session_name",
		summary:  "The value of role_session_name isn't valid",
		says: []string{
			"It must have 2 to 64",
		},
	},
	"disabled_region": {answer: rejectWith(403, "RegionDisabledException", "STS is not activated in this region for "+
		"account:111122223333."), summary: "STS isn't active in this Region for the role's account", says: []string{
		"Set the provider's argument region",
	}},
	"throttled": {
		answer:    rejectWith(400, "Throttling", "Rate exceeded"),
		arguments: []string{set("timeout", "2s")},
		summary:   "STS throttled the calls",
		says:      []string{"The timeout of 2s passed", "lower Terraform's -parallelism"},
	},
	"never_heard_of": {answer: rejectWith(400, "SomethingNew", "Nobody has heard of it"), summary: "STS rejected the " +
		"exchange", says: []string{
		`STS answered SomethingNew: "Nobody has heard of it`,
		"CloudTrail in account 111122223333, Region us-east-1,",
	}},
	"not_propagated": {
		token:     "pull_request",
		arguments: []string{set("timeout", "1s"), set("iam_propagation_timeout", "2s")},
		summary:   "STS denied the exchange",
		says:      []string{"times, in"},
	},
	"letters": {
		arguments: []string{set("role_arn", "arn:aws:iam::1111222233E3:role/deploy")},
		argument:  "role_arn",
		summary:   "Invalid role ARN",
		says:      []string{`has letters in its account ID, "1111222233E3"`},
	},
	"other_partition": {
		provider:  "paris",
		arguments: []string{set("role_arn", "arn:aws-cn:iam::111122223333:role/deploy")},
		argument:  "role_arn",
		summary:   "The role and the AWS Region are in different partitions",
		says:      []string{"cn-north-1"},
	},
	"no_file": {
		token:     "-",
		arguments: []string{set("web_identity_token_file", "/nowhere/token")},
		argument:  "web_identity_token_file",
		summary:   "The web identity token file can't be read",
		says:      []string{"doesn't exist"},
	},
	"not_a_token_file": {
		token:     "-",
		arguments: []string{`web_identity_token_file = var.secret_file`},
		argument:  "web_identity_token_file",
		summary:   "The web identity token file has no valid token",
		says:      []string{"doesn't contain a JWT"},
	},
	"no_variable": {
		token:     "-",
		arguments: []string{set("web_identity_token_env", "TFC_WORKLOAD_IDENTITY_TOKEN")},
		argument:  "web_identity_token_env",
		summary:   "The environment variable isn't set",
		says:      []string{"TFC_WORKLOAD_IDENTITY_AUDIENCE"},
	},
	"not_a_token": {
		token:     "-",
		arguments: []string{set("web_identity_token_env", "SOME_SECRET")},
		argument:  "web_identity_token_env",
		summary:   "The environment variable has no valid token",
		says:      []string{"doesn't contain a JWT"},
	},
	"platform_refuses": {
		token:     "-",
		arguments: []string{"web_identity_token_request = { github_actions = {} }"},
		argument:  "web_identity_token_request",
		summary:   "No web identity token from GitHub Actions",
		says:      []string{"HTTP status 403", "id-token: write"},
	},
	"not_the_platform": {
		token:     "-",
		arguments: []string{"web_identity_token_request = { buildkite = {} }"},
		argument:  "web_identity_token_request",
		summary:   "No web identity token from Buildkite",
		says:      []string{"This isn't a Buildkite job"},
	},
}

// elsewhere are failures at servers that aren't AWS's, or no STS at all.
var elsewhere = map[string]failureCase{
	"denied": {
		answer: rejectWith(403, "AccessDenied", "Access denied."), summary: "The server denied the exchange",
		says: []string{`The server answered AccessDenied: "Access denied.`},
	},
	"bad_jwt": {
		answer:  rejectWith(400, "InvalidParameterValue", "unable to parse"),
		summary: "The server rejected the web identity token",
		says:    []string{"might not know the token's issuer"},
	},
	"expired_there": {
		answer: respondWith(
			400,
			"text/xml",
			`<ErrorResponse><Error><Type></Type><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>`,
		),
		summary: "The web identity token has expired",
		says:    []string{"By this machine's clock, the token is valid until"},
	},
	"expired_minio": {
		answer:  rejectWith(400, "InvalidParameterValue", "Token is expired"),
		summary: "The web identity token has expired",
		says:    []string{`The server answered InvalidParameterValue: "Token is expired`},
	},
	"bare_error": {
		answer:  respondWith(404, "text/xml", `<Error><Code>NoSuchEntity</Code><Message>no role</Message></Error>`),
		summary: "The server rejected the exchange",
		says:    []string{`The server answered NoSuchEntity: "no role" (HTTP status 404)`},
	},
	"wants_https": {
		answer:  respondWith(400, "text/html", "<html>The plain HTTP request was sent to HTTPS port</html>"),
		summary: "The STS endpoint requires https",
		says:    []string{"Write https"},
	},
	"another_api": {
		answer:  respondWith(405, "text/xml", `<Error><Code>MethodNotAllowed</Code><Message>no</Message></Error>`),
		summary: "The endpoint doesn't know the call",
		says:    []string{"another service"},
	},
	"html": {
		answer:  respondWith(200, "text/html", "<html>"+leaked+"</html>"),
		summary: "The endpoint answers with a web page",
		says:    []string{"answered with a web page (HTTP status 200)", "a website or a console"},
	},
	"json": {
		answer:  respondWith(200, "application/json", `{"secret":"`+leaked+`"}`),
		summary: "The endpoint isn't an STS",
		says:    []string{"(type application/json, HTTP status 200)", "Set endpoint to the URL of the STS"},
	},
	"other_xml": {
		answer:  respondWith(400, "text/xml", `<ListAllMyBucketsResult>`+leaked+`</ListAllMyBucketsResult>`),
		summary: "The endpoint isn't an STS",
		says:    []string{"something that isn't a response of STS", "HTTP status 400)"},
	},
	"empty": {
		answer:  respondWith(200, "text/xml", ""),
		summary: "The endpoint's answer is empty",
		says:    []string{"answered with an empty response (HTTP status 200)"},
	},
	"unavailable": {
		answer:  respondWith(503, "text/plain", "later"),
		summary: "The STS endpoint fails",
		says: []string{
			"something that isn't a response of STS",
			"HTTP status 503)",
			"Run again when it is up",
			"tried 2 times",
		},
	},
	"cut_off": {
		answer:  respondWith(200, "text/xml", answerOfSTS[:250]),
		summary: "The answer of STS is incomplete",
		says:    []string{"Run again"},
	},
	"cut_connection": {answer: respondRaw(func(w *bufio.ReadWriter) {
		_, _ = w.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + answerOfSTS)
	}), summary: "The connection to STS was closed", says: []string{"before the response was complete"}},
	"hangs_up": {
		answer:  respondRaw(func(*bufio.ReadWriter) {}),
		summary: "The connection to STS was closed",
		says:    []string{"before the response was complete"},
	},
	"endless": {
		answer:  respondEndlessly,
		summary: "The endpoint's answer is too large",
		says:    []string{"larger than 1 MiB"},
	},
	"upgrade": {answer: respondRaw(func(w *bufio.ReadWriter) {
		_, _ = w.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
	}), summary: "The endpoint speaks another protocol", says: []string{"HTTP status 101"}},
	"no_credentials": {
		answer: respondWith(
			200,
			"text/xml",
			strings.Replace(answerOfSTS, "<SessionToken>session"+leaked+"</SessionToken>", "", 1),
		),
		summary: "The answer of STS has no credentials",
		says:    []string{"incomplete credentials"},
	},
	"old_credentials": {
		answer:  respondWith(200, "text/xml", strings.Replace(answerOfSTS, "2999", "2001", 1)),
		summary: "The credentials from STS have already expired",
		says:    []string{"at 2001-01-02T03:04:05Z", "A clock might be wrong"},
	},
	"bad_time": {
		answer: respondWith(
			200,
			"text/xml",
			strings.Replace(answerOfSTS, "2999-01-02T03:04:05Z", "tomorrow "+leaked, 1),
		),
		summary: "The answer of STS has an invalid expiration",
		says:    []string{"isn't a time"},
	},
	"redirect": {answer: func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://login.example.com/?t="+leaked, http.StatusTemporaryRedirect)
	}, summary: "The STS endpoint redirects elsewhere", says: []string{
		"HTTP status 307", `"login.example.com"`, "The provider doesn't follow it",
	}},
	"silent": {
		answer:    func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		arguments: []string{set("timeout", "2s")},
		argument:  "timeout",
		summary:   "No credentials within the timeout",
		says:      []string{"2s passed while waiting for the answer of STS", "2s passed"},
	},
	"drips": {
		answer:    respondSlowly,
		arguments: []string{set("timeout", "2s")},
		argument:  "timeout",
		summary:   "No credentials within the timeout",
		says:      []string{"2s passed while waiting for the answer of STS"},
	},

	"closed_port": {
		provider: "closed",
		summary:  "Nothing listens at the STS endpoint",
		says:     []string{"rejected the connection", "localhost is the container itself"},
	},
	"untrusted": {
		provider: "untrusted",
		summary:  "The STS endpoint's certificate isn't trusted",
		says:     []string{"custom_ca_bundle", "endpoint "},
	},
	"plain": {
		provider: "plain",
		summary:  "The STS endpoint doesn't speak TLS",
		says:     []string{"Use the port for https"},
	},
	"nameless": {
		provider: "nameless",
		summary:  "The STS endpoint's name doesn't resolve",
		says:     []string{"doesn't resolve", "The endpoint's name might have a typo"},
	},
	"proxy_is_gone": {provider: "proxy_gone", summary: "The proxy can't be used", says: []string{
		"(from the provider's argument https_proxy) rejected the connection",
		"Nothing listens at the proxy's host and port", "It comes from the provider's argument https_proxy",
	}},
	"proxy_is_http": {provider: "proxy_http", summary: "The proxy can't be used", says: []string{"Write http"}},
	"proxy_refuses": {
		provider: "proxied",
		summary:  "The proxy doesn't let the call to STS through",
		says:     []string{"answered with HTTP status 403 and didn't connect", "The proxy denies the host"},
	},

	// Roles and policies of MinIO and SeaweedFS.
	"role_undefined": roleFailure("InvalidParameterValue", "Error processing RoleArn parameter: RoleARN "+
		"arn:minio:iam:::role/x is not defined.", "arn:minio:iam:::role/x", "The server doesn't know the role's ARN",
		"MinIO has no role with that ARN"),
	"role_foreign": roleFailure("InvalidParameterValue", "Error processing RoleArn parameter: RoleARN parse err: "+
		"invalid ARN - bad partition field", roleARN(production), "The role's ARN isn't valid on this server",
		"has the form arn:minio:iam:REGION::role/ID"),
	"role_missing": roleFailure(
		"InvalidParameterValue",
		"Role arn:minio:iam:::role/dummy-internal does not exist",
		"",
		"The server needs a role",
		"role_arn is empty",
	),
	"policy_claim": roleFailure("InvalidParameterValue", "groups claim missing from the JWT token, credentials will "+
		"not be generated", "", "The server found no policies for the session", "add the claim that the message names"),
	"policy_names": roleFailure("InvalidParameterValue", "None of the given policies (`x`) are defined, credentials "+
		"will not be generated", "", "The server doesn't have the session's policies", "MinIO has none of the "+
		"policies"),
	"other_client_id": roleFailure("InvalidParameterValue", "STS JWT Token has `azp` claim invalid, `azp` must match "+
		"configured OpenID Client ID", "arn:minio:iam:::role/x", "The server rejected the token's "+
		"client ID", "The role might be the cause"),
	"policy_denies": roleFailure(
		"AccessDenied",
		"this user does not have enough permission",
		"arn:minio:iam:::role/x",
		"A policy on the server denies the exchange",
		"a condition on sts:DurationSeconds",
	),
	"role_not_found": roleFailure(
		"AccessDenied",
		"role not found: x",
		"arn:aws:iam::111122223333:role/x",
		"The server has no role with this name",
		"SeaweedFS has no role with that name",
	),
	"role_required": roleFailure(
		"AccessDenied",
		"RoleArn is required when claim-based policy mode is not configured",
		"",
		"The server needs a role",
		"SeaweedFS found no policies in the token",
	),
	"no_policy_claim": roleFailure("AccessDenied", "claim-based policy mode requires the IDP to emit policies via the "+
		"configured policyClaim", "arn:aws:iam:::role/sts-claim-based", "The token doesn't name the session's "+
		"policies", "set policyClaim on the server"),
	"other_account": roleFailure("AccessDenied", "OIDC provider for issuer https://ci.example.com is registered in "+
		"account 444455556666; cannot be used to assume a role in account 111122223333", roleARN(production),
		"The role and the identity provider are in different accounts", "Set role_arn to a role in that account"),
	"trust_denied": roleFailure("AccessDenied", "trust policy validation failed: trust policy denies web identity "+
		"assumption", roleARN(production), "The role's trust policy denies the exchange", "oidc:sub"),
	"no_trust_policy": roleFailure(
		"AccessDenied",
		"trust policy validation failed: role has no trust policy",
		roleARN(production),
		"The role has no trust policy",
		"Add a trust policy",
	),
	"tampered_rsa": {
		answer:  rejectWith(400, "InvalidParameterValue", "crypto/rsa: verification error"),
		summary: "The token's signature is invalid",
		says:    []string{"changed the token after the issuer signed it"},
	},
	"tampered": {
		answer: rejectWith(
			400,
			"InvalidParameterValue",
			"failed to validate web identity token: invalid token format: "+
				"token signature is invalid",
		),
		summary: "The token's signature is invalid",
		says: []string{
			"changed the token after the issuer signed it",
		},
	},
	"no_public_key": {
		answer:  rejectWith(400, "InvalidParameterValue", "No public key found for kid x"),
		summary: "The server doesn't have the key that signed the token",
		says:    []string{`The token's issuer is "https://ci.example.com"`},
	},
	"no_such_issuer": {answer: rejectWith(403, "AccessDenied", "no identity provider registered for issuer: "+
		"https://ci.example.com"), summary: "The server doesn't know the token's issuer", says: []string{
		"register it on the server",
	}},
	"not_yet": {
		answer:  rejectWith(400, "InvalidParameterValue", "Token used before issued"),
		summary: "The web identity token isn't valid yet",
		says:    []string{"Synchronize both clocks"},
	},
	"long_duration": {
		answer: rejectWith(400, "InvalidParameterValue", "DurationSeconds must be between 900 and 43200 seconds"),
		arguments: []string{
			"duration_seconds = 86400",
		}, argument: "duration_seconds",
		summary: "The server doesn't allow this session duration", says: []string{
			"duration_seconds is 86400",
		},
	},
	"no_version": {
		answer: rejectWith(400, "InvalidParameterValue", "Version cannot be empty expecting '2012-10-17'"),
		arguments: []string{
			`policy = jsonencode({ Statement = [] })`,
		}, argument: "policy",
		summary: "The session policy has no version", says: []string{"Set it to"},
	},
}

// roleFailure is a failure whose cause is the role or its policies, for any token. The error points at the role.
func roleFailure(code, message, role, summary, says string) failureCase {
	return failureCase{
		answer:    rejectWith(http.StatusBadRequest, code, message),
		arguments: []string{set("role_arn", role)},
		argument:  "role_arn",
		summary:   summary,
		says:      []string{says},
	}
}

const roleWithoutActions = "arn:aws:iam::111122223333:role/without-actions"

// largePolicy is within the API's bounds, but can't be packed into the room that there is.
func largePolicy() string {
	var random []byte
	for digest := sha256.Sum256(nil); len(random) < 1350; digest = sha256.Sum256(digest[:]) {
		random = append(random, digest[:]...)
	}
	return `policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", ` +
		`Resource = "arn:aws:s3:::` + base64.RawURLEncoding.EncodeToString(random) + `" }] })`
}

// respondEndlessly starts with the answer of an STS, and never ends.
func respondEndlessly(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "<AssumeRoleWithWebIdentityResponse>")
	for filler := strings.Repeat("x", 1<<16); ; {
		if _, err := io.WriteString(w, filler); err != nil {
			return
		}
	}
}

// respondSlowly sends one byte at a time, and never ends.
func respondSlowly(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		time.Sleep(50 * time.Millisecond)
	}
}

// TestEveryFailure has each failure happen through the real CLI, as a data source and as an ephemeral resource: at
// AWS's own name, by way of a proxy that leads to the emulator, and at servers that misbehave. What is shown is the
// right thing, and nothing secret is in it, nor in the log at the most talkative level, nor in a dump of the plugin
// protocol, nor in any temporary file.
func TestEveryFailure(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"data", "ephemeral"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			scene := newFailures(t)
			cli := newCLI(t, scene.config(kind))
			logs, dump := t.TempDir(), t.TempDir()
			cli.CLI = cli.With(
				append(
					scene.environment,
					"TF_LOG=TRACE",
					"TF_LOG_PATH="+filepath.Join(logs, "log"),
					"TF_LOG_SDK_PROTO_DATA_DIR="+dump,
				)...)
			start := time.Now()
			printed := cli.mustFail(t, "plan", "-json", "-parallelism=30")
			if duration := time.Since(start); duration > time.Minute {
				t.Errorf("it took %s", duration)
			}
			scene.check(t, kind, printed)
			if kind == "data" { // what people read has the same words, but isn't JSON
				printed += cli.mustFail(t, "plan", "-no-color", "-parallelism=30")
			}

			secrets := scene.secrets(t)
			logged := read(t, filepath.Join(logs, "log"))
			checkLog(t, logged)
			searchFor(t, secrets, map[string]string{"what is printed": printed, "the log": logged})
			searchFolder(t, secrets, cli.workspace.Path("tmp"))
			searchFolder(t, secrets, filepath.Join(cli.folder, ".terraform"))
			if dumped, err := os.ReadDir(dump); err != nil || len(dumped) > 0 {
				t.Errorf("the plugin protocol was dumped into %d files (%v)", len(dumped), err)
			}
			if crashes, _ := filepath.Glob(
				filepath.Join(cli.folder, "crash*"),
			); len(crashes) > 0 ||
				strings.Contains(printed+logged, "panic:") {
				t.Errorf("something crashed: %s", crashes)
			}
		})
	}
}

// checkLog checks that the log has each call and its result.
func checkLog(t *testing.T, log string) {
	t.Helper()
	for name, line := range map[string][]string{
		"an exchange that failed": {
			"AssumeRoleWithWebIdentity:", "role_session_name=denied_subject", "token_source=web_identity_token",
			"endpoint=sts.us-east-1.amazonaws.com", "region=us-east-1", "attempts=1", "duration_ms=",
			"succeeded=false",
		},
		"the reason": {
			"a call failed", "role_session_name=denied_subject", "attempt=1", "again=false",
			"AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity (HTTP status 403, request ID ",
		},
		"a call made again": {"a call failed", "role_session_name=idp_down", "attempt=1", "again=true"},
		"the last one":      {"a call failed", "role_session_name=idp_down", "attempt=2", "again=false"},
	} {
		found := false
		for logged := range strings.SplitSeq(log, "\n") {
			found = found ||
				!slices.ContainsFunc(line, func(want string) bool { return !strings.Contains(logged, want) })
		}
		if !found {
			t.Errorf("%s isn't in the log: %q", name, line)
		}
	}
}

// failures is a fixture with the servers, tokens and providers of the failures.
type failures struct {
	fixture
	tokens      map[string]string
	providers   map[string][]string // the arguments of each, by its alias
	environment []string
}

func newFailures(t *testing.T) failures {
	t.Helper()
	aws, issuer := startEmulator(t, emulator.Options{TLS: true})
	f := failures{fixture: fixture{aws, issuer}, tokens: map[string]string{}}
	aws.AddOIDCProvider(production, issuer.URL(), audience)
	for role, actions := range map[string][]string{
		roleARN(production): {"sts:SetSourceIdentity", "sts:TagSession"}, roleWithoutActions: nil,
	} {
		f.addRole(
			t,
			emulator.Role{
				ARN: role,
				TrustPolicy: emulator.TrustPolicy(
					production,
					issuer.URL(),
					map[string]string{"sub": subject, "aud": audience},
					nil,
					actions...),
			},
		)
	}
	f.addHops(t)
	aws.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		return respondFrom(atAWS, w, r) || respondFrom(hopsAtAWS, w, r)
	})
	f.mintAll(t)
	f.startServers(t)
	f.environment = append(
		f.environment,
		"SOME_SECRET="+leaked,
		"TF_VAR_secret_file="+testenv.WriteFile(t, "key", leaked),
		"TF_VAR_tokens="+asJSON(t, f.tokens),
		"GITHUB_ACTIONS=true",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN="+requestToken,
	)
	return f
}

// respondFrom answers with the failure that has the name of the request's role session.
func respondFrom(byName map[string]failureCase, w http.ResponseWriter, r *http.Request) bool {
	if err := r.ParseForm(); err != nil {
		return false
	}
	failure := byName[r.PostForm.Get("RoleSessionName")]
	if failure.answer == nil || failure.atHop != (r.PostForm.Get("Action") == "AssumeRole") {
		return false
	}
	failure.answer(w, r)
	return true
}

func (f failures) mintAll(t *testing.T) {
	t.Helper()
	for name, change := range map[string]func(*emulator.Token){
		"good":         nil,
		"pull_request": func(token *emulator.Token) { token.Subject = "repo:example/platform:pull_request" },
		"slip":         func(token *emulator.Token) { token.Audience = []string{"sts.amazon.com"} },
		"another_kid":  func(token *emulator.Token) { token.KeyID = "nowhere" },
		"foreign":      func(token *emulator.Token) { token.ForeignKey = true },
		"hs256":        func(token *emulator.Token) { token.Algorithm = "HS256" },
		"none":         func(token *emulator.Token) { token.Algorithm = "none" },
		"no_aud":       func(token *emulator.Token) { token.Audience = nil },
		"no_sub":       func(token *emulator.Token) { token.Claims = map[string]any{"sub": nil} },
		"expired":      func(token *emulator.Token) { token.Lifetime = -6 * time.Minute },
		"source": func(token *emulator.Token) {
			token.Claims = map[string]any{"https://aws.amazon.com/source_identity": "alice"}
		},
		"tags": func(token *emulator.Token) {
			token.Claims = map[string]any{
				"https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"team": []string{"a"}}},
			}
		},
	} {
		f.tokens[name] = f.token(t, change)
	}
	stranger, err := f.NewIssuer("https://stranger.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if f.tokens["stranger"], err = stranger.Mint(
		emulator.Token{Subject: subject, Audience: []string{audience}},
	); err != nil {
		t.Fatal(err)
	}
	f.tokens["opaque"] = "Atza|opaqueAccessToken" + leaked
}

// startServers starts those that misbehave, and names each provider's.
func (f *failures) startServers(t *testing.T) {
	t.Helper()
	start := func(start func(*httptest.Server), handler http.HandlerFunc) string {
		server := httptest.NewUnstartedServer(handler)
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that distrust the certificate
		start(server)
		t.Cleanup(server.Close)
		return server.URL
	}
	misbehaving := start((*httptest.Server).Start, func(w http.ResponseWriter, r *http.Request) {
		if !respondFrom(elsewhere, w, r) {
			t.Errorf("an unexpected request of session %q", r.PostForm.Get("RoleSessionName"))
		}
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	tunnel := newProxy(t, strings.TrimPrefix(f.URL(), "https://"))
	refusing := start((*httptest.Server).Start, respondWith(http.StatusForbidden, "text/plain", "no "+leaked))
	withPassword := func(address string) string {
		return strings.Replace(address, "http://", "http://user:"+proxyPassword+"@", 1)
	}
	throughTunnel := []string{
		set("https_proxy", withPassword(tunnel.URL)),
		set("custom_ca_bundle", testenv.WriteFile(t, "ca.pem", string(f.CABundle()))),
		"max_retries = 1",
	}
	f.providers = map[string][]string{
		"aws":       throughTunnel,
		"paris":     append(slices.Clone(throughTunnel), set("region", "eu-west-3")),
		"elsewhere": {set("endpoint", misbehaving), "max_retries = 1"},
		"closed":    {set("endpoint", "http://"+closed.Addr().String()), "max_retries = 0"},
		"untrusted": {set("endpoint", start((*httptest.Server).StartTLS, respondWith(200, "text/xml", answerOfSTS)))},
		"plain":     {set("endpoint", strings.Replace(misbehaving, "http:", "https:", 1))},
		// Too long for a name, so that no DNS is asked.
		"nameless":   {set("endpoint", "https://"+strings.Repeat("x", 64)+".example"), set("no_proxy", "example")},
		"proxied":    {set("https_proxy", withPassword(refusing))},
		"proxy_gone": {set("https_proxy", withPassword("http://"+closed.Addr().String())), "max_retries = 0"},
		"proxy_http": {set("https_proxy", strings.Replace(withPassword(refusing), "http:", "https:", 1))},
	}
	f.environment = append(f.environment, "ACTIONS_ID_TOKEN_REQUEST_URL="+refusing+"/token?x=1")
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// byName has the failures by their names, each with the alias of its provider.
func (f failures) byName() map[string]failureCase {
	byName := map[string]failureCase{}
	for _, group := range []struct {
		alias    string
		failures map[string]failureCase
	}{{"aws", atAWS}, {"aws", hopsAtAWS}, {"elsewhere", elsewhere}} {
		for name, failure := range group.failures {
			if failure.provider == "" {
				failure.provider = group.alias
			}
			byName[name] = failure
		}
	}
	return byName
}

// config has all of them in blocks of one kind.
func (f failures) config(kind string) string {
	var text strings.Builder
	text.WriteString("variable \"tokens\" { type = map(string) }\nvariable \"secret_file\" {}\n")
	for alias, arguments := range f.providers {
		fmt.Fprintf(&text, "provider \"sts\" {\n  alias = %q\n  %s\n}\n", alias, strings.Join(arguments, "\n  "))
	}
	for name, failure := range f.byName() {
		arguments := slices.Clone(failure.arguments)
		if !slices.ContainsFunc(
			arguments,
			func(argument string) bool { return strings.HasPrefix(argument, "role_arn ") },
		) {
			arguments = append(arguments, set("role_arn", roleARN(production)))
		}
		switch failure.token {
		case "-":
		case "":
			arguments = append(arguments, `web_identity_token = var.tokens["good"]`)
		default:
			arguments = append(arguments, fmt.Sprintf("web_identity_token = var.tokens[%q]", failure.token))
		}
		fmt.Fprintf(&text, "%s \"sts_assume_role_with_web_identity\" %q {\n  provider = sts.%s\n  role_session_name "+
			"= %[2]q\n  %[4]s\n}\n", kind, name, failure.provider, strings.Join(arguments, "\n  "))
	}
	return text.String()
}

// diagnostic is one of those that `terraform plan -json` prints.
type diagnostic struct {
	Severity, Summary, Detail, Address string
	Snippet                            struct{ Code, Context string }
}

// check compares the error of each block with the expected one.
func (f failures) check(t *testing.T, kind, printed string) {
	t.Helper()
	errors := map[string]diagnostic{}
	for line := range strings.SplitSeq(printed, "\n") {
		var message struct{ Diagnostic diagnostic }
		if json.Unmarshal([]byte(line), &message) != nil || message.Diagnostic.Severity != "error" {
			continue
		}
		name := message.Diagnostic.Address[strings.LastIndex(message.Diagnostic.Address, ".")+1:]
		if _, twice := errors[name]; twice {
			t.Errorf("%s: a second error, %q", name, message.Diagnostic.Summary)
		}
		errors[name] = message.Diagnostic
	}
	for name, want := range f.byName() {
		got, ok := errors[name]
		switch {
		case !ok:
			t.Errorf("%s %s: no error", kind, name)
			continue
		case got.Summary != want.summary:
			t.Errorf("%s: it is %q, want %q\n%s", name, got.Summary, want.summary, got.Detail)
			continue
		}
		pointed := strings.TrimSpace(strings.SplitN(got.Snippet.Code, "=", 2)[0])
		if want.argument != "" && pointed != want.argument ||
			want.argument == "" && !strings.HasPrefix(pointed, kind+" ") {
			t.Errorf("%s: it points at %q, want %q", name, pointed, want.argument)
		}
		for _, sentence := range want.says {
			if !sentencePattern(sentence).MatchString(got.Detail) {
				t.Errorf("%s: %q isn't in:\n%s", name, sentence, got.Detail)
			}
		}
	}
}

// secrets are all that must not show: those that were sent and received, and parts of them.
func (f failures) secrets(t *testing.T) []string {
	t.Helper()
	values := append(
		f.Secrets(),
		leaked,
		proxyPassword,
		requestToken,
		base64.StdEncoding.EncodeToString([]byte("user:"+proxyPassword)),
	)
	for _, token := range f.tokens {
		values = append(values, token)
		parts := strings.Split(token, ".")
		if len(parts) == 3 {
			values = append(values, parts[1])
			if parts[2] != "" {
				values = append(values, parts[2])
			}
		}
	}
	return values
}
