package assumerole

import (
	"bytes"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// serverText decides what is kept of the texts in a server's answers. The server has the token, and can repeat it in any
// form.
type serverText struct {
	names []string // what the request has, and an answer may name
	token secret.Text
}

func newServerText(exchange Exchange, token secret.Text) serverText {
	request, claims := exchange.Request, exchange.Claims
	host, _, _ := strings.Cut(exchange.Destination.Host, ":")
	names := append([]string{request.RoleARN, request.RoleSessionName, request.ProviderID, constraintPattern, exchange.Destination.Host, host}, request.PolicyARNs...)
	if role, err := arn.Parse(request.RoleARN); err == nil {
		names = append(names, role.AccountID, role.Resource)
	}
	if claims != nil {
		names = append(names, claims.Issuer, strings.TrimPrefix(claims.Issuer, "https://"), claims.Subject, claims.AuthorizedParty)
		names = append(names, claims.Audience...)
	}
	return serverText{names: names, token: token}
}

// constraintPattern is in the messages of AWS about a role session name.
const constraintPattern = `[\w+=,.@-]*`

// plain keeps the words.
func (t serverText) plain(text string) string { return secret.PlainWords(text, t.names, t.token) }

// maxResult is the length in characters from which a text of a result isn't one of STS. The longest is an ARN.
const maxResult = 2048

// result is a text for the user's own use, or nil if the server has none. It is also nil if the text is none of STS: Terraform
// would store the token in the state, and takes minutes to show deeply nested JSON.
func (t serverText) result(value *string) *string {
	if none(value) || utf8.RuneCountInString(*value) > maxResult || strings.HasPrefix(*value, "[") || strings.HasPrefix(*value, "{") {
		return nil
	}
	if token := t.token.Reveal(); token != "" && strings.Contains(*value, token) {
		return nil
	}
	return value
}

// requestIDs are what AWS, MinIO and Ceph call an answer by.
var requestIDs = regexp.MustCompile(`^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{16}|tx[0-9a-f]{21}-[0-9a-f]{10}-[0-9a-z-]{1,40})$`)

// requestID keeps an ID of a known form, unless it is a part of the token in hexadecimal digits.
func (t serverText) requestID(id string) string {
	if !requestIDs.MatchString(id) {
		return t.plain(id)
	}
	digits := strings.Trim(strings.ReplaceAll(id, "-", ""), "tx")
	decoded, err := hex.DecodeString(digits)
	if err == nil && bytes.Contains([]byte(t.token.Reveal()), decoded) {
		return secret.LeftOut(id)
	}
	return id
}
