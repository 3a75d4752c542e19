package explain_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var update = flag.Bool("update", false, "write the golden files")

// now is when the failures of the golden files happened.
var now = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// answered is a failed exchange: what STS said, and what was different from an ordinary one.
type answered struct {
	status        int
	code, message string
	change        func(*assumerole.Exchange)
}

const (
	denied = "Not authorized to perform sts:"
	// clientIDOfMinIO is what MinIO answers if neither aud nor azp has the client ID of the OpenID provider that it chose.
	clientIDOfMinIO = "STS JWT Token has `azp` claim invalid, `azp` must match configured OpenID Client ID"
	notJWT          = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
)

// goldens has, by the names of their files, every row of STS's errors and what claims show.
var goldens = map[string]answered{
	"access_denied":               {403, "AccessDenied", denied + "AssumeRoleWithWebIdentity", nil},
	"access_denied_elsewhere":     {403, "AccessDenied", "Access denied.", elsewhere},
	"access_denied_elsewhere_iam": {403, "AccessDenied", denied + "AssumeRoleWithWebIdentity", elsewhere},
	"invalid_elsewhere_audience":  {400, "InvalidIdentityToken", "Incorrect token audience", elsewhere},
	"invalid_elsewhere_provider":  {400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com", elsewhere},
	"invalid_elsewhere_key":       {400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider", elsewhere},
	"invalid_elsewhere_rejected":  {403, "IDPRejectedClaim", "The identity provider rejected the claim", elsewhere},
	"access_denied_no_claims":     {403, "AccessDenied", denied + "AssumeRoleWithWebIdentity", func(e *assumerole.Exchange) { e.Claims, e.Request.ProviderID = nil, "www.amazon.com" }},
	"access_denied_other":         {403, "AccessDenied", "Access is denied by a resource control policy", nil},
	"access_denied_unknown":       {403, "AccessDenied", "Denied for a reason of its own", nil},
	"access_denied_propagated": {403, "AccessDenied", denied + "AssumeRoleWithWebIdentity", func(e *assumerole.Exchange) {
		e.Request.PropagationTimeout, e.Calls, e.Elapsed = 30*time.Second, 15, 91*time.Second
	}},
	"access_denied_pull_request":        {403, "AccessDenied", denied + "AssumeRoleWithWebIdentity", claim("sub", "repo:example-org/infrastructure:pull_request")},
	"access_denied_set_source_identity": {403, "AccessDenied", denied + "SetSourceIdentity", claim("https://aws.amazon.com/source_identity", "alice")},
	"access_denied_tag_session":         {403, "AccessDenied", denied + "TagSession", claim("https://aws.amazon.com/tags", map[string]any{"principal_tags": map[string]any{"team": "a"}})},
	"expired":                           {400, "ExpiredTokenException", "Token expired: current date/time 1788264000 must be before the expiration date/time1788260400", expired},
	"endpoint_of_s3":                    {405, "MethodNotAllowed", "The specified method is not allowed against this resource.", elsewhere},
	"invalid_audience_of_aws":           {400, "InvalidIdentityToken", "Incorrect token audience", nil},
	"invalid_missing_exp":               {400, "InvalidIdentityToken", "Missing a required claim: exp", nil},
	"access_denied_endpoint_policy":     {403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity with an explicit deny in a VPC endpoint policy", nil},
	"invalid_audience_github":           {400, "InvalidIdentityToken", "Incorrect token audience", claim("aud", "https://github.com/example-org")},
	"validation_policy_arn":             {400, "ValidationError", "ARN arn:aws:iam::aws:policy/Nothing is not valid.", func(e *assumerole.Exchange) { e.Request.PolicyARNs = []string{"arn:aws:iam::aws:policy/Nothing"} }},
	"expired_elsewhere":                 {400, "ExpiredToken", "The token has expired.", both(expired, elsewhere)},
	"expired_minio":                     {400, "InvalidParameterValue", "Token is expired", both(expired, elsewhere)},
	"expired_seaweedfs":                 {400, "ExpiredTokenException", "failed to validate web identity token: token has expired: provider: token has expired: token has invalid claims: token is expired", both(expired, elsewhere)},
	"expired_too_old":                   {400, "ExpiredTokenException", "Token too old: 1788264000", nil},
	"idp_communication_error":           {400, "IDPCommunicationError", "The request could not be fulfilled because the identity provider could not be reached", nil},
	"idp_rejected_claim":                {403, "IDPRejectedClaim", "The identity provider rejected the claim", nil},
	"invalid_audience":                  {400, "InvalidIdentityToken", "Incorrect token audience", claim("aud", "https://example.com")},
	"invalid_audience_slip":             {400, "InvalidIdentityToken", "Incorrect token audience", claim("aud", "sts.amazon.com")},
	"invalid_elsewhere":                 {400, "InvalidParameterValue", "failed to verify the signature", elsewhere},
	"invalid_login_with_amazon":         {400, "InvalidIdentityToken", "Provided Token is not a Login With Amazon token", func(e *assumerole.Exchange) { e.Request.ProviderID = "www.amazon.com" }},
	"invalid_missing_aud":               {400, "InvalidIdentityToken", "Missing a required claim: aud", claim("aud", nil)},
	"invalid_missing_sub":               {400, "InvalidIdentityToken", "Missing a required claim: sub", claim("sub", nil)},
	"invalid_no_provider":               {400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com", nil},
	"invalid_not_jwt":                   {400, "InvalidIdentityToken", notJWT, func(e *assumerole.Exchange) { e.Claims = nil }},
	"invalid_other":                     {400, "InvalidIdentityToken", "The ID Token provided has an invalid signature", func(e *assumerole.Exchange) { e.Claims.Algorithm = "HS256" }},
	"invalid_thumbprint":                {400, "InvalidIdentityToken", "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint", nil},
	"invalid_verification_key":          {400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation", func(e *assumerole.Exchange) { e.Claims.KeyID = "" }},
	"malformed_policy":                  {400, "MalformedPolicyDocument", "Syntax errors in policy.", nil},
	"malformed_policy_elsewhere":        {400, "MalformedPolicyDocument", "invalid policy", elsewhere},
	"packed_policy_too_large":           {400, "PackedPolicyTooLarge", "Packed size of session tags consumes 112% of allotted space.", nil},
	"region_disabled":                   {403, "RegionDisabledException", "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.", nil},
	"throttling":                        {400, "Throttling", "Rate exceeded", nil},
	"throttling_elsewhere":              {503, "SlowDown", "Please reduce your request rate", elsewhere},
	"unknown":                           {400, "SomethingNew", "Something that nobody has heard of", nil},
	"unknown_elsewhere":                 {500, "InternalError", "We encountered an internal error", elsewhere},
	"validation_duration":               {400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", func(e *assumerole.Exchange) { e.Request.DurationSeconds = 7200 }},
	"validation_elsewhere":              {400, "ValidationError", "1 validation error detected: Value 'x' at 'durationSeconds' failed to satisfy constraint", elsewhere},
	"validation_role_arn":               {400, "ValidationError", "Request ARN is invalid", nil},
	"validation_session_name":           {400, "ValidationError", "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2", nil},
	"validation_unknown_field":          {400, "ValidationError", "1 validation error detected", nil},

	// Roles and policies of MinIO, which has one code for these and for an invalid token.
	"role_undefined_minio":    {400, "InvalidParameterValue", "Error processing RoleArn parameter: RoleARN arn:minio:iam:::role/x is not defined.", both(elsewhere, role("arn:minio:iam:::role/x"))},
	"role_foreign_minio":      {400, "InvalidParameterValue", "Error processing RoleArn parameter: RoleARN parse err: invalid ARN - bad partition field", elsewhere},
	"role_missing_minio":      {400, "InvalidParameterValue", "Role arn:minio:iam:::role/dummy-internal does not exist", both(elsewhere, role(""))},
	"policy_claim_minio":      {400, "InvalidParameterValue", "groups claim missing from the JWT token, credentials will not be generated", both(elsewhere, role(""))},
	"policy_claim_minio_role": {400, "InvalidParameterValue", "groups claim missing from the JWT token, credentials will not be generated", both(elsewhere, role("arn:minio:iam:::role/x"))},
	"policy_names_minio":      {400, "InvalidParameterValue", "None of the given policies (`x`) are defined, credentials will not be generated", both(elsewhere, role(""))},
	"policy_names_minio_role": {400, "InvalidParameterValue", "None of the given policies (`x`) are defined, credentials will not be generated", both(elsewhere, role("arn:minio:iam:::role/x"))},
	"policy_denies_minio":     {403, "AccessDenied", "this user does not have enough permission", both(elsewhere, role("arn:minio:iam:::role/x"))},
	"session_policy_minio":    {400, "InvalidParameterValue", "Version cannot be empty expecting '2012-10-17'", elsewhere},
	"client_id_minio":         {400, "InvalidParameterValue", clientIDOfMinIO, both(elsewhere, role(""))},
	"client_id_minio_role":    {400, "InvalidParameterValue", clientIDOfMinIO, both(elsewhere, role("arn:minio:iam:::role/x"))},
	"duration_minio":          {400, "InvalidParameterValue", "invalid token expiry", both(elsewhere, func(e *assumerole.Exchange) { e.Request.DurationSeconds = 600 })},
	"key_minio":               {400, "InvalidParameterValue", "No public key found for kid key-1", elsewhere},
	"signature_minio":         {400, "InvalidParameterValue", "crypto/rsa: verification error", elsewhere},
	"signature_minio_hmac":    {400, "InvalidParameterValue", "signature is invalid", elsewhere},
	"signature_minio_ecdsa":   {400, "InvalidParameterValue", "crypto/ecdsa: verification error", elsewhere},
	"not_yet_valid_minio":     {400, "InvalidParameterValue", "Token used before issued", elsewhere},
	"not_yet_valid_minio_nbf": {400, "InvalidParameterValue", "Token is not valid yet", both(elsewhere, func(e *assumerole.Exchange) { e.Claims.NotBefore = now.Add(time.Hour) })},

	// Roles and policies of SeaweedFS, which denies access where it doesn't know any of them.
	"role_not_found_seaweedfs": {403, "AccessDenied", "role not found: x", both(elsewhere, role("arn:aws:iam::111122223333:role/x"))},
	"role_missing_seaweedfs":   {403, "AccessDenied", "RoleArn is required when claim-based policy mode is not configured", both(elsewhere, role(""))},
	"role_account_seaweedfs":   {403, "AccessDenied", "OIDC provider for issuer https://token.actions.githubusercontent.com is registered in account 444455556666; cannot be used to assume a role in account 111122223333", elsewhere},
	"policy_claim_seaweedfs":   {403, "AccessDenied", "claim-based policy mode requires the IDP to emit policies via the configured policyClaim", both(elsewhere, role("arn:aws:iam:::role/sts-claim-based"))},
	"trust_denied_seaweedfs":   {403, "AccessDenied", "trust policy validation failed: trust policy denies web identity assumption", elsewhere},
	"trust_missing_seaweedfs":  {403, "AccessDenied", "trust policy validation failed: role has no trust policy", elsewhere},
	"issuer_seaweedfs":         {403, "AccessDenied", "failed to validate web identity token: no identity provider registered for issuer: https://token.actions.githubusercontent.com", elsewhere},
	"key_seaweedfs":            {403, "AccessDenied", "failed to validate web identity token: token validation failed with provider for issuer https://token.actions.githubusercontent.com: failed to get public key: key with ID key-1 not found in JWKS after refresh", elsewhere},
	"signature_seaweedfs":      {400, "InvalidParameterValue", "failed to validate web identity token: invalid token format: provider: invalid token format: token signature is invalid: crypto/rsa: verification error", elsewhere},
	"not_yet_valid_seaweedfs":  {400, "InvalidParameterValue", "failed to validate web identity token: invalid token format: provider: invalid token format: token has invalid claims: token is not valid yet", elsewhere},
	"duration_seaweedfs":       {400, "InvalidParameterValue", "DurationSeconds must be between 900 and 43200 seconds", both(elsewhere, func(e *assumerole.Exchange) { e.Request.DurationSeconds = 86400 })},

	"idp_communication_error_elsewhere": {400, "IDPCommunicationError", "The identity provider could not be reached", elsewhere},
	"packed_policy_too_large_elsewhere": {400, "PackedPolicyTooLarge", "The session policy is too large", elsewhere},
}

func ordinary() assumerole.Exchange {
	exchange := asked
	exchange.Sent, exchange.Calls, exchange.Elapsed = true, 1, 312*time.Millisecond
	exchange.Request.Policy = `{"Version":"2012-10-17","Statement":[]}`
	exchange.Claims = claims(map[string]any{
		"iss": "https://token.actions.githubusercontent.com", "sub": "repo:example-org/infrastructure:environment:production", "aud": "sts.amazonaws.com", "repository_id": "456789",
	})
	return exchange
}

// claims are those of a token that lives for five minutes from now.
func claims(all map[string]any) *webidentity.Claims {
	made := webidentity.Claims{Algorithm: "RS256", KeyID: "key-1", IssuedAt: now, Expiration: now.Add(5 * time.Minute), All: all}
	made.Issuer, _ = all["iss"].(string)
	made.Subject, _ = all["sub"].(string)
	made.AuthorizedParty, _ = all["azp"].(string)
	switch audience := all["aud"].(type) {
	case string:
		made.Audience = []string{audience}
	case []string:
		made.Audience = audience
	}
	return &made
}

// claim replaces one; a nil value removes it.
func claim(name string, value any) func(*assumerole.Exchange) {
	return func(exchange *assumerole.Exchange) {
		all := maps.Clone(exchange.Claims.All)
		all[name] = value
		if value == nil {
			delete(all, name)
		}
		exchange.Claims = claims(all)
	}
}

// role asks for another role.
func role(arn string) func(*assumerole.Exchange) {
	return func(exchange *assumerole.Exchange) { exchange.Request.RoleARN = arn }
}

func expired(exchange *assumerole.Exchange) { exchange.Claims.Expiration = now.Add(-time.Hour) }

func elsewhere(exchange *assumerole.Exchange) {
	exchange.Destination = assumerole.Destination{Host: "minio.example.com", EndpointOrigin: "the provider's argument endpoint"}
}

func both(first, second func(*assumerole.Exchange)) func(*assumerole.Exchange) {
	return func(exchange *assumerole.Exchange) { first(exchange); second(exchange) }
}

func (a answered) err() *assumerole.ServiceError {
	return &assumerole.ServiceError{Code: a.code, Message: a.message, HTTPStatus: a.status, RequestID: "0a1b2c3d-0000-4000-8000-000000000000"}
}

func (a answered) exchange() assumerole.Exchange {
	exchange := ordinary()
	if a.change != nil {
		a.change(&exchange)
	}
	return exchange
}

func (a answered) explanation() explain.Explanation {
	return explain.FailureAt(a.exchange(), a.err(), now)
}

// unanswered are failures without an answer of STS, by the names of their golden files.
var unanswered = map[string]struct {
	err    error
	change func(*assumerole.Exchange)
}{
	"no_answer_foreign":        {&assumerole.AnswerError{Kind: assumerole.AnswerForeign, Problem: "(HTTP status 200) isn't one of STS"}, elsewhere},
	"no_answer_failing":        {&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 502, Problem: "(HTTP status 502) is a page of HTML, so it isn't one of STS"}, elsewhere},
	"no_answer_wants_tls":      {&assumerole.AnswerError{Kind: assumerole.AnswerWantsTLS, HTTPStatus: 400, Problem: "(HTTP status 400) says that the server wants https"}, elsewhere},
	"no_answer_html":           {&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 200, Problem: "(HTTP status 200) is a page of HTML, so it isn't one of STS"}, elsewhere},
	"no_answer_empty":          {&assumerole.AnswerError{Kind: assumerole.AnswerEmpty, Problem: "(HTTP status 200) is empty, so it isn't one of STS"}, elsewhere},
	"no_answer_cut_off":        {&assumerole.AnswerError{Kind: assumerole.AnswerCutOff, Problem: "(HTTP status 200) begins as one of STS, but breaks off or is garbled"}, nil},
	"no_answer_too_large":      {&assumerole.AnswerError{Kind: assumerole.AnswerTooLarge, Problem: "is larger than 1 MiB, which none of STS is"}, elsewhere},
	"no_answer_other_protocol": {&assumerole.AnswerError{Kind: assumerole.AnswerOtherProtocol, Problem: "asks to switch to another protocol (HTTP status 101), so it isn't one of STS"}, elsewhere},
	"no_answer_no_credentials": {&assumerole.AnswerError{Kind: assumerole.AnswerNoCredentials, Problem: "has incomplete credentials"}, elsewhere},
	"no_answer_bad_time":       {&assumerole.AnswerError{Kind: assumerole.AnswerBadTime, Problem: "(HTTP status 200) has an expiration that isn't a time in the form of RFC 3339"}, elsewhere},
	"no_answer_expired":        {&assumerole.AnswerError{Kind: assumerole.AnswerExpired, Problem: "has credentials that have already expired, at 2001-01-02T03:04:05Z"}, elsewhere},
	"no_answer_redirect":       {&transport.RedirectError{Status: 302, Host: "login.example.com"}, elsewhere},
	"unreachable_name":         {&assumerole.ConnectionError{Kind: assumerole.ConnectionNoName, Problem: `the name "sts.us-east-1.amazonaws.com" doesn't resolve`}, nil},
	"unreachable_name_region": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionNoName, Problem: `the name "sts.eu-central-9.amazonaws.com" doesn't resolve`},
		func(exchange *assumerole.Exchange) {
			exchange.Destination.Host, exchange.Destination.Region, exchange.Destination.RegionOrigin = "sts.eu-central-9.amazonaws.com", "eu-central-9", "the environment variable AWS_REGION"
		},
	},
	"unreachable_name_elsewhere": {&assumerole.ConnectionError{Kind: assumerole.ConnectionNoName, Problem: `the name "minio.example.com" doesn't resolve`}, elsewhere},
	"unreachable_refused":        {&assumerole.ConnectionError{Kind: assumerole.ConnectionRefused, Problem: "it refuses the connection"}, nil},
	"unreachable_refused_elsewhere": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionRefused, Problem: "it refuses the connection"},
		both(elsewhere, func(exchange *assumerole.Exchange) { exchange.Calls, exchange.Elapsed = 3, 2345*time.Millisecond }),
	},
	"unreachable_closed":              {&assumerole.ConnectionError{Kind: assumerole.ConnectionClosed, Problem: "it closed the connection before the answer was complete"}, nil},
	"unreachable_certificate_name":    {&assumerole.ConnectionError{Kind: assumerole.ConnectionCertificate, Certificate: assumerole.CertificateName, Problem: "its certificate isn't trusted: x509: certificate is valid for a.example.com, not sts.us-east-1.amazonaws.com"}, nil},
	"unreachable_certificate_expired": {&assumerole.ConnectionError{Kind: assumerole.ConnectionCertificate, Certificate: assumerole.CertificateExpired, Problem: "its certificate isn't trusted: x509: certificate has expired or is not yet valid"}, nil},
	"unreachable_certificate_other":   {&assumerole.ConnectionError{Kind: assumerole.ConnectionCertificate, Problem: "its certificate isn't trusted: x509: too many intermediates"}, nil},
	"unreachable_certificate":         {&assumerole.ConnectionError{Kind: assumerole.ConnectionCertificate, Certificate: assumerole.CertificateAuthority, Problem: "its certificate isn't trusted: x509: certificate signed by unknown authority"}, nil},
	"unreachable_not_tls":             {&assumerole.ConnectionError{Kind: assumerole.ConnectionNotTLS, Problem: "it doesn't speak TLS"}, elsewhere},
	"unreachable_proxy":               {&assumerole.ConnectionError{Kind: assumerole.ConnectionDenied, OfProxy: true, HTTPStatus: 403, Problem: "the proxy proxy.example.com:3128 refuses to connect (HTTP status 403)"}, nil},
	"unreachable_proxy_password":      {&assumerole.ConnectionError{Kind: assumerole.ConnectionDenied, OfProxy: true, HTTPStatus: 407, Problem: "the proxy proxy.example.com:3128 refuses to connect (HTTP status 407)"}, nil},
	"unreachable_proxy_refused":       {&assumerole.ConnectionError{Kind: assumerole.ConnectionRefused, OfProxy: true, Problem: "the proxy can't be used: it refuses the connection"}, nil},
	"unreachable_proxy_name":          {&assumerole.ConnectionError{Kind: assumerole.ConnectionNoName, OfProxy: true, Problem: `the proxy can't be used: the name "proxy.example.com" doesn't resolve`}, nil},
	"unreachable_proxy_not_tls":       {&assumerole.ConnectionError{Kind: assumerole.ConnectionNotTLS, OfProxy: true, Problem: "the proxy can't be used: it doesn't speak TLS"}, nil},
	"unreachable_proxy_other":         {&assumerole.ConnectionError{Kind: assumerole.ConnectionClosed, OfProxy: true, Problem: "the proxy can't be used: it closed the connection before the answer was complete"}, nil},
	"unreachable_other":               {&assumerole.ConnectionError{Problem: "network is unreachable"}, nil},
	"timeout":                         {&assumerole.TimeoutError{Timeout: time.Minute, During: "waiting for the answer of STS at sts.us-east-1.amazonaws.com"}, nil},
	"timeout_short":                   {&assumerole.TimeoutError{Timeout: time.Second, During: "waiting for the answer of STS at sts.us-east-1.amazonaws.com"}, nil},
	"timeout_elsewhere":               {&assumerole.TimeoutError{Timeout: 90 * time.Second, During: "waiting for the answer of STS at minio.example.com"}, elsewhere},
	"timeout_of_token": {
		&assumerole.TimeoutError{Timeout: time.Minute, During: "fetching the web identity token from web_identity_token_file"},
		func(exchange *assumerole.Exchange) { exchange.Sent, exchange.Calls = false, 0 },
	},
	"timeout_throttling": {
		&assumerole.TimeoutError{Timeout: time.Minute, During: "waiting for the answer of STS at sts.us-east-1.amazonaws.com", Last: goldens["throttling"].err()},
		func(exchange *assumerole.Exchange) { exchange.Calls, exchange.Elapsed = 17, time.Minute },
	},
	"interrupted_propagating":     {&assumerole.InterruptedError{During: "waiting for IAM to know the role", Last: goldens["region_disabled"].err()}, nil},
	"no_answer_no_code":           {&assumerole.AnswerError{Kind: assumerole.AnswerNoCode, HTTPStatus: 403, Problem: "(HTTP status 403) is an error without a code"}, elsewhere},
	"no_answer_throttled":         {&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 429, Problem: "(HTTP status 429) is a page of HTML, so it isn't one of STS"}, nil},
	"no_answer_html_of_aws":       {&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 403, Problem: "(HTTP status 403) is a page of HTML, so it isn't one of STS"}, nil},
	"no_answer_redirect_of_aws":   {&transport.RedirectError{Status: 302, Host: "login.example.com"}, nil},
	"unreachable_proxy_failing":   {&assumerole.ConnectionError{Kind: assumerole.ConnectionDenied, OfProxy: true, HTTPStatus: 503, Problem: "the proxy proxy.example.com:3128 refuses to connect (HTTP status 503)"}, nil},
	"unreachable_other_elsewhere": {&assumerole.ConnectionError{Problem: "network is unreachable"}, elsewhere},
	"interrupted":                 {fmt.Errorf("interrupted: %w", context.Canceled), nil},
}

func TestGolden(t *testing.T) {
	for name, answer := range goldens {
		t.Run(name, func(t *testing.T) { checkGolden(t, name, answer.explanation()) })
	}
	for name, failed := range unanswered {
		t.Run(name, func(t *testing.T) {
			exchange := ordinary()
			if failed.change != nil {
				failed.change(&exchange)
			}
			checkGolden(t, name, explain.FailureAt(exchange, failed.err, now))
		})
	}
}

func checkGolden(t *testing.T, name string, got explain.Explanation) {
	t.Helper()
	text := fmt.Sprintf("argument: %s\nsummary: %s\n\n%s\n", got.Argument, got.Summary, got.Detail)
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("it differs from %s (go test -update writes it):\n%s", path, text)
	}
}

// TestGoldenFiles: there is a golden file for each answer of STS, with a summary and first cause of its own, and none is left
// over.
func TestGoldenFiles(t *testing.T) {
	for _, aws := range []bool{true, false} {
		answers, covered := assumerole.Answers(aws), map[int]bool{}
		for _, answer := range goldens {
			if answer.exchange().Destination.AWS == aws {
				covered[assumerole.Lookup(answers, answer.err())] = true
			}
		}
		for n, answer := range answers {
			if !covered[n] {
				t.Errorf("the answer %s, %v %q, has no golden file", answer.ID, answer.Codes, answer.Message)
			}
		}
		if !covered[-1] {
			t.Error("an unknown code has no golden file")
		}
	}
	kinds := map[string]bool{}
	for _, failed := range unanswered {
		kinds[explain.FailureAt(ordinary(), failed.err, now).Summary] = true
	}
	for _, summary := range explain.TroubleSummaries() {
		if !kinds[summary] {
			t.Errorf("%q has no golden file", summary)
		}
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		_, answer := goldens[name]
		_, none := unanswered[name]
		if !answer && !none {
			t.Errorf("%s is left over", file)
		}
	}
}

// TestRolesElsewhere checks that an answer about the role or the policies points at an argument of the request, not at the token.
func TestRolesElsewhere(t *testing.T) {
	for name, answer := range goldens {
		var want string
		switch kind, _, _ := strings.Cut(name, "_"); {
		case answer.exchange().Destination.AWS || strings.HasSuffix(name, "_elsewhere"):
			continue
		case kind == "role", kind == "policy", kind == "trust", kind == "client":
			want = assumerole.RoleARNArgument
		case kind == "duration":
			want = assumerole.DurationArgument
		case kind == "session":
			want = assumerole.PolicyArgument
		case kind == "signature":
			want = webidentity.InlineArgument
		default:
			continue
		}
		if got := answer.explanation(); got.Argument != want {
			t.Errorf("%s: it points at %q, want %q", name, got.Argument, want)
		}
	}
}

// TestNoIAMAdviceElsewhere checks that other servers get no advice about IAM, CloudTrail, or trust policies, unless the server itself
// names them.
func TestNoIAMAdviceElsewhere(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(goldens)) {
		answer := goldens[name]
		if strings.Contains(answer.message, "trust policy") {
			continue
		}
		answer.change = both(func(exchange *assumerole.Exchange) {
			if goldens[name].change != nil {
				goldens[name].change(exchange)
			}
		}, elsewhere)
		got := answer.explanation()
		for _, advice := range []string{"IAM", "CloudTrail", "trust policy", "Federated", "STS doesn't"} {
			_, causes, _ := strings.Cut(got.Detail, "\n\n")
			if strings.Contains(got.Summary+causes, advice) {
				t.Errorf("%s: %q is in:\n%s\n%s", name, advice, got.Summary, got.Detail)
			}
		}
	}
}

// TestEachAnswerHasAdvice holds the advice to the table of answers.
func TestEachAnswerHasAdvice(t *testing.T) {
	advised := map[string]bool{}
	for _, id := range explain.Advised() {
		advised[id] = true
	}
	used := map[string]bool{}
	for _, answer := range slices.Concat(assumerole.AWSAnswers, assumerole.OtherAnswers) {
		used[answer.ID] = true
		if !advised[answer.ID] {
			t.Errorf("there is no advice on %s", answer.ID)
		}
	}
	for id := range advised {
		if !used[id] {
			t.Errorf("no answer has the ID %s", id)
		}
	}
}
