package assumerole

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// serverText decides what is kept of the texts in a server's answers. The server has the token, and can repeat it in
// any form.
type serverText struct {
	names   []string      // what the request has, and an answer may name
	secrets []secret.Text // that the server has
}

func newServerText(exchange Exchange, secrets ...secret.Text) serverText {
	request, claims := exchange.Request, exchange.Claims
	host, _, _ := strings.Cut(exchange.Destination.Host, ":")
	text := serverText{
		names:   []string{request.RoleSessionName, exchange.Destination.Host, host},
		secrets: secrets,
	}
	values := append([]string{exchange.RoleARN(), exchange.CallerRoleARN(), request.ProviderID}, request.PolicyARNs...)
	if exchange.Hop > 0 {
		hop := request.Hops[exchange.Hop-1]
		text.names = append(text.names, hop.RoleSessionName, hop.ExternalID, hop.SourceIdentity)
		if session := exchange.Caller.AssumedRoleARN; session != nil {
			text.names = append(text.names, *session)
		}
		values = append(values, hop.PolicyARNs...)
	}
	// A token might be in one of these by mistake. A name of the request is one that this provider shows itself.
	for _, value := range values {
		if shownARN(value) == value {
			text.names = append(text.names, value)
		} else {
			text.secrets = append(text.secrets, secret.New(value))
		}
	}
	if role, err := arn.Parse(exchange.RoleARN()); err == nil {
		text.names = append(text.names, role.AccountID, role.Resource)
	}
	if claims != nil {
		text.names = append(
			text.names,
			claims.Issuer,
			strings.TrimPrefix(claims.Issuer, "https://"),
			claims.Subject,
			claims.AuthorizedParty,
		)
		text.names = append(text.names, claims.Audience...)
	}
	return text
}

// longSentences are parts of the messages of STS, and of Go about certificates, that are long: what else a server says
// is cut sooner.
var longSentences = []string{
	"Not authorized to perform sts:AssumeRoleWithWebIdentity",
	"with an explicit deny in a",
	"is not authorized to perform:",
	"on resource:",
	"because no identity-based policy allows the",
	"because no session policy allows the",
	"because no permissions boundary allows the",
	"because no role trust policy allows the",
	"because no resource-based policy allows the",
	"because no service control policy allows the",
	"because no VPC endpoint policy allows the",
	"with an explicit deny in the role trust policy",
	"One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the " +
		"calling session",
	"No OpenIDConnect provider found in your account for",
	"Couldn't retrieve verification key from your identity provider",
	"please reference AssumeRoleWithWebIdentity documentation for requirements",
	"OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
	"The ID Token provided is not a valid JWT",
	"You may see this error if you sent an Access Token",
	"Token expired: current date/time",
	"must be before the expiration",
	"The request could not be fulfilled because the identity provider (IDP) that was asked to verify the incoming " +
		"identity token could not be reached",
	"The identity provider (IdP) reported that authentication failed. This might be because the claim is invalid",
	"The request processing has failed because of an unknown error, exception or failure",
	"validation error detected:",
	"validation errors detected:",
	"failed to satisfy constraint:",
	"Member must have length greater than or equal to",
	"Member must have length less than or equal to",
	"Member must have value greater than or equal to",
	"Member must have value less than or equal to",
	"Member must satisfy regular expression pattern:",
	`[\w+=,.@-]*`,
	"The requested DurationSeconds exceeds the MaxSessionDuration set for this role",
	"session limit for roles assumed by role chaining",
	"Packed size of session tags consumes",
	"of allotted space",
	"STS is not activated in this region for",
	"Your account administrator can activate STS in this region using the IAM Console",
	"x509: certificate is valid for",
	"x509: certificate signed by unknown authority",
	"x509: certificate has expired or is not yet valid:",
	"tls: failed to verify certificate:",
}

// knownSentences are longSentences and the messages of the answers.
var knownSentences = sync.OnceValue(func() []string {
	sentences := slices.Clone(longSentences)
	for _, answer := range slices.Concat(AWSAnswers, HopAnswers, OtherAnswers, OtherHopAnswers) {
		sentences = append(sentences, answer.Message)
	}
	slices.Sort(sentences)
	return slices.Compact(sentences)
})

// plain keeps the words.
func (t serverText) plain(text string) string {
	return secret.PlainWords(text, slices.Concat(t.names, knownSentences()), t.secrets...)
}

var codeForm = regexp.MustCompile(`^[A-Za-z0-9]{1,48}$`)

// code keeps the code of an error, if it is one word.
func (t serverText) code(code string) string {
	if !codeForm.MatchString(code) {
		return secret.LeftOut(code)
	}
	return t.plain(code)
}

// maxResult is the length in characters from which a text of a result isn't one of STS. The longest is an ARN.
const maxResult = 2048

// result is a text for the user's own use, or nil if the server has none. It is also nil if the text is none of STS:
// Terraform would store the token in the state, and takes minutes to show deeply nested JSON.
func (t serverText) result(value *string) *string {
	if none(value) || utf8.RuneCountInString(*value) > maxResult || strings.HasPrefix(*value, "[") ||
		strings.HasPrefix(*value, "{") {
		return nil
	}
	if slices.ContainsFunc(
		t.secrets,
		func(known secret.Text) bool { return !known.IsEmpty() && strings.Contains(*value, known.Reveal()) },
	) {
		return nil
	}
	return value
}

// requestIDs are what AWS, MinIO and Ceph call an answer by. Ceph's ends with the name of a zone: of
// these, only the usual one is known.
var requestIDs = regexp.MustCompile(
	`^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{16}|tx[0-9a-f]{21}-[0-9a-f]{10}-[0-9a-f]{1,8}-default)$`,
)

// partLength is how many bytes of an ID must be a part of a secret for the ID to be left out.
const partLength = 4

// requestID keeps an ID of a known form, unless its digits are a part of a secret, in either direction.
func (t serverText) requestID(id string) string {
	if id == "" || requestIDs.MatchString(id) && !t.isOfSecret(id) {
		return id
	}
	return secret.LeftOut(id)
}

// isOfSecret reports whether the digits of an ID, from the first or from the second on, spell a part of a secret.
func (t serverText) isOfSecret(id string) bool {
	digits := hexDigits.ReplaceAllString(id, "")
	for _, run := range []string{digits, digits[1:]} {
		decoded, _ := hex.DecodeString(run[:len(run)/2*2])
		reversed := slices.Clone(decoded)
		slices.Reverse(reversed)
		for _, bytesOfID := range [][]byte{decoded, reversed} {
			for n := 0; n+partLength <= len(bytesOfID); n++ {
				part := string(bytesOfID[n : n+partLength])
				if slices.ContainsFunc(
					t.secrets,
					func(known secret.Text) bool { return strings.Contains(known.Reveal(), part) },
				) {
					return true
				}
			}
		}
	}
	return false
}

// hexDigits finds what isn't one.
var hexDigits = regexp.MustCompile(`[^0-9A-Fa-f]`)
