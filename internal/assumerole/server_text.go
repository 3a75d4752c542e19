package assumerole

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// serverText decides what is kept of the texts in a server's answers. The server has the token, and can repeat it in any
// form.
type serverText struct {
	names   []string      // what the request has, and an answer may name
	secrets []secret.Text // the token first
}

func newServerText(exchange Exchange, token secret.Text) serverText {
	request, claims := exchange.Request, exchange.Claims
	host, _, _ := strings.Cut(exchange.Destination.Host, ":")
	text := serverText{names: []string{request.RoleSessionName, constraintPattern, exchange.Destination.Host, host}, secrets: []secret.Text{token}}
	// A token might be in one of these by mistake. A name of the request is one that this provider shows itself.
	for _, value := range append([]string{request.RoleARN, request.ProviderID}, request.PolicyARNs...) {
		if shownARN(value) == value {
			text.names = append(text.names, value)
		} else {
			text.secrets = append(text.secrets, secret.New(value))
		}
	}
	if role, err := arn.Parse(request.RoleARN); err == nil {
		text.names = append(text.names, role.AccountID, role.Resource)
	}
	if claims != nil {
		text.names = append(text.names, claims.Issuer, strings.TrimPrefix(claims.Issuer, "https://"), claims.Subject, claims.AuthorizedParty)
		text.names = append(text.names, claims.Audience...)
	}
	return text
}

// constraintPattern is in the messages of AWS about a role session name.
const constraintPattern = `[\w+=,.@-]*`

// plain keeps the words.
func (t serverText) plain(text string) string { return secret.PlainWords(text, t.names, t.secrets...) }

// maxResult is the length in characters from which a text of a result isn't one of STS. The longest is an ARN.
const maxResult = 2048

// result is a text for the user's own use, or nil if the server has none. It is also nil if the text is none of STS: Terraform
// would store the token in the state, and takes minutes to show deeply nested JSON.
func (t serverText) result(value *string) *string {
	if none(value) || utf8.RuneCountInString(*value) > maxResult || strings.HasPrefix(*value, "[") || strings.HasPrefix(*value, "{") {
		return nil
	}
	if slices.ContainsFunc(t.secrets, func(known secret.Text) bool { return !known.IsEmpty() && strings.Contains(*value, known.Reveal()) }) {
		return nil
	}
	return value
}

// requestIDs are what AWS, MinIO and Ceph call an answer by.
var requestIDs = regexp.MustCompile(`^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{16}|tx[0-9a-f]{21}-[0-9a-f]{10}-[0-9a-f]{1,8}-[a-z]{1,12})$`)

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
				if slices.ContainsFunc(t.secrets, func(known secret.Text) bool { return strings.Contains(known.Reveal(), part) }) {
					return true
				}
			}
		}
	}
	return false
}

// hexDigits finds what isn't one.
var hexDigits = regexp.MustCompile(`[^0-9A-Fa-f]`)
