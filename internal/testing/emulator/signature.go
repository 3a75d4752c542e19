package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	securityTokenHeader = "X-Amz-Security-Token"
	dateHeader          = "X-Amz-Date"
	signatureAlgorithm  = "AWS4-HMAC-SHA256"
	signatureTime       = "20060102T150405Z"
	signedService       = "sts"

	// signatureSkew is how far a signature's date may be from the server's clock.
	signatureSkew = 15 * time.Minute
)

// signature is an Authorization header of Signature Version 4, taken apart.
type signature struct {
	accessKeyID, date, region, service, terminator string
	headers                                        []string
	value                                          string
}

// String redacts: a signature is as good as a password for its 15 minutes.
func (s signature) String() string { return "emulator.signature(" + s.accessKeyID + ")" }

// GoString is String, for %#v.
func (s signature) GoString() string { return s.String() }

func (s signature) scope() string {
	return strings.Join([]string{s.date, s.region, s.service, s.terminator}, "/")
}

func incompleteSignature(format string, args ...any) *refusal {
	return badRequest("IncompleteSignature", format, args...)
}

func doesNotMatch(format string, args ...any) *refusal {
	return forbidden("SignatureDoesNotMatch", format, args...)
}

func parseSignature(header string) (signature, *refusal) {
	scheme, rest, _ := strings.Cut(header, " ")
	if scheme != signatureAlgorithm {
		return signature{}, incompleteSignature("Unsupported AWS 'algorithm': '%s'", scheme)
	}
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if fields[name] == "" {
			return signature{}, incompleteSignature("Authorization header requires '%s' parameter.", name)
		}
	}
	scope := strings.Split(fields["Credential"], "/")
	if len(scope) != 5 {
		return signature{}, incompleteSignature("Credential must have exactly 5 slash-delimited elements, " +
			"e.g. keyid/date/region/service/term")
	}
	return signature{
		accessKeyID: scope[0], date: scope[1], region: scope[2], service: scope[3], terminator: scope[4],
		headers: strings.Split(fields["SignedHeaders"], ";"), value: fields["Signature"],
	}, nil
}

// authenticate says whose credentials signed the request.
func (s *Server) authenticate(c *call) (*session, *refusal) {
	header := c.request.Header
	if header.Get("Authorization") == "" {
		return nil, forbidden("MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	signed, refused := parseSignature(header.Get("Authorization"))
	if refused != nil {
		return nil, refused
	}
	signedAt, err := time.Parse(signatureTime, header.Get(dateHeader))
	if err != nil {
		return nil, incompleteSignature("Authorization header requires existence of either a 'X-Amz-Date' or a " +
			"'Date' header.")
	}
	s.mu.Lock()
	owner := s.sessions[signed.accessKeyID]
	s.mu.Unlock()
	if owner == nil || !hmac.Equal([]byte(header.Get(securityTokenHeader)), []byte(owner.sessionToken)) {
		return nil, forbidden("InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	if refused := s.checkScope(signed, header.Get(dateHeader)); refused != nil {
		return nil, refused
	}
	if refused := checkSignatureTime(signedAt, c.now); refused != nil {
		return nil, refused
	}
	if !hmac.Equal([]byte(signed.compute(c, owner.secretAccessKey)), []byte(signed.value)) ||
		!signed.coversHeaders(header) {
		return nil, doesNotMatch("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	if !c.now.Before(owner.expiration) {
		return nil, forbidden("ExpiredToken", "The security token included in the request is expired")
	}
	return owner, nil
}

// checkScope's wording has AWS's blanks at its end.
func (s *Server) checkScope(signed signature, date string) *refusal {
	switch {
	case signed.region != s.region:
		return doesNotMatch("Credential should be scoped to a valid region. ")
	case signed.service != signedService:
		return doesNotMatch("Credential should be scoped to correct service: '%s'. ", signedService)
	case signed.terminator != "aws4_request":
		return doesNotMatch(
			"Credential should be scoped with a valid terminator: 'aws4_request', not '%s'. ",
			signed.terminator,
		)
	case !strings.HasPrefix(date, signed.date+"T"):
		return doesNotMatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "+
			"HTTP: "+
			"'%s' != '%.8s', from '%s'.", signed.date, date, date)
	}
	return nil
}

func checkSignatureTime(signedAt, now time.Time) *refusal {
	now = now.UTC()
	earliest, latest := now.Add(-signatureSkew), now.Add(signatureSkew)
	switch {
	case signedAt.Before(earliest):
		return doesNotMatch("Signature expired: %s is now earlier than %s (%s - 15 min.)",
			signedAt.Format(signatureTime), earliest.Format(signatureTime), now.Format(signatureTime))
	case signedAt.After(latest):
		return doesNotMatch("Signature not yet current: %s is still later than %s (%s + 15 min.)",
			signedAt.Format(signatureTime), latest.Format(signatureTime), now.Format(signatureTime))
	}
	return nil
}

// coversHeaders: the host and every X-Amz- header must be signed, or somebody on
// the way could change them.
func (s signature) coversHeaders(header http.Header) bool {
	for name := range header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-amz-") && !slices.Contains(s.headers, lower) {
			return false
		}
	}
	return slices.Contains(s.headers, "host")
}

// compute makes the signature that the request should have.
func (s signature) compute(c *call, secret string) string {
	stringToSign := strings.Join([]string{
		signatureAlgorithm,
		c.request.Header.Get(dateHeader),
		s.scope(),
		hexDigest([]byte(s.canonicalRequest(c))),
	}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.date, s.region, s.service, s.terminator} {
		key = authenticationCode(key, part)
	}
	return hex.EncodeToString(authenticationCode(key, stringToSign))
}

// canonicalRequest is for a path of / and no query: checkHTTP lets nothing else
// come so far.
func (s signature) canonicalRequest(c *call) string {
	var headers strings.Builder
	for _, name := range s.headers {
		headers.WriteString(name + ":" + canonicalHeader(c, name) + "\n")
	}
	return strings.Join([]string{
		c.request.Method, "/", "", headers.String(), strings.Join(s.headers, ";"), hexDigest(c.body),
	}, "\n")
}

var blanks = regexp.MustCompile(` +`)

func canonicalHeader(c *call, name string) string {
	values := slices.Clone(c.request.Header.Values(name))
	switch name {
	case "host":
		values = []string{c.request.Host} // net/http takes it out of the headers
	case "content-length":
		values = []string{strconv.FormatInt(c.request.ContentLength, 10)}
	}
	for n, value := range values {
		values[n] = blanks.ReplaceAllString(strings.TrimSpace(value), " ")
	}
	return strings.Join(values, ",")
}

func authenticationCode(key []byte, text string) []byte {
	code := hmac.New(sha256.New, key)
	code.Write([]byte(text))
	return code.Sum(nil)
}

func hexDigest(text []byte) string {
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}
