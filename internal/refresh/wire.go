package refresh

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

const (
	// maxAnswer is how many bytes an answer may have. Session tokens have no documented limit; the longest known have
	// a few thousand.
	maxAnswer = 256 << 10

	// maxReason is how many bytes of a failure's text are sent.
	maxReason = 16 << 10

	processVersion = 1 // of the AWS SDKs' credential_process output
)

var errMalformed = errors.New("the answer of the Terraform run isn't credentials; it isn't shown, for it may hold " +
	"secrets")

// answer is the only message on a connection. Except for Error, it is the AWS SDKs' credential_process output.
type answer struct {
	Version         int    `json:"Version,omitempty"`
	AccessKeyID     string `json:"AccessKeyId,omitempty"`
	SecretAccessKey string `json:"SecretAccessKey,omitempty"`
	SessionToken    string `json:"SessionToken,omitempty"`
	Expiration      string `json:"Expiration,omitempty"` // RFC 3339, to the second
	Error           string `json:"Error,omitempty"`
}

// encodeAnswer gives the wire form of credentials, or of the failure to have any.
func encodeAnswer(credentials Credentials, failure error) []byte {
	if failure != nil {
		return marshal(answer{Error: shorten(failure.Error())})
	}
	return Output(credentials)
}

// Output gives what an AWS SDK expects of a credential_process.
func Output(credentials Credentials) []byte {
	plain := answer{
		Version:         processVersion,
		AccessKeyID:     credentials.AccessKeyID.Reveal(),
		SecretAccessKey: credentials.SecretAccessKey.Reveal(),
		SessionToken:    credentials.SessionToken.Reveal(),
	}
	if !credentials.Expiration.IsZero() {
		plain.Expiration = credentials.Expiration.UTC().Format(time.RFC3339)
	}
	return marshal(plain)
}

// marshal gives the JSON of an answer, which is strings and a number.
func marshal(plain answer) []byte {
	encoded, _ := json.Marshal(plain) //nolint:gosec,errchkjson // it can't fail, and the secrets belong here
	return encoded
}

// shorten keeps a failure's text within reasonMost. The result is never empty, because an empty Error means success.
func shorten(text string) string {
	if text == "" {
		return "the refresh failed without a reason"
	}
	if len(text) <= maxReason {
		return text
	}
	return strings.ToValidUTF8(text[:maxReason], "") + "..."
}

// reportedError is a failure that the server reported.
type reportedError string

func (e reportedError) Error() string { return string(e) }

// decodeAnswer accepts only a complete answer. Its errors quote only a failure that the server reported.
func decodeAnswer(raw []byte) (Credentials, error) {
	var plain answer
	if len(raw) > maxAnswer || json.Unmarshal(raw, &plain) != nil {
		return Credentials{}, errMalformed
	}
	if plain.Error != "" {
		return Credentials{}, reportedError(plain.Error)
	}
	credentials := Credentials{
		AccessKeyID:     secret.New(plain.AccessKeyID),
		SecretAccessKey: secret.New(plain.SecretAccessKey),
		SessionToken:    secret.New(plain.SessionToken),
	}
	if plain.Version != processVersion || credentials.check() != nil {
		return Credentials{}, errMalformed
	}
	if plain.Expiration != "" {
		expiration, err := time.Parse(time.RFC3339, plain.Expiration)
		if err != nil {
			return Credentials{}, errMalformed
		}
		credentials.Expiration = expiration
	}
	return credentials, nil
}
