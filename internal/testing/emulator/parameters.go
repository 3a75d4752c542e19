package emulator

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// assumeParameters are those of AssumeRoleWithWebIdentity. Optional ones are nil
// when the request lacks them. AssumeRole has them, too, except for the token and
// its provider.
type assumeParameters struct {
	roleARN          string
	sessionName      string
	token            string
	providerID       *string
	policyARNs       []string
	policy           *string
	duration         *int
	minimumTokenSize int
}

// String redacts: the type holds a token.
func (assumeParameters) String() string { return "emulator.assumeParameters(redacted)" }

// GoString is String, for %#v.
func (p assumeParameters) GoString() string { return p.String() }

// The limits of the API's model. Lengths are in characters, durations in
// seconds, the size in bytes.
const (
	minARNLength, maxARNLength                 = 20, 2048
	minSessionNameLength, maxSessionNameLength = 2, 64
	minTokenLength, maxTokenLength             = 4, 20000
	minProviderIDLength, maxProviderIDLength   = 4, 2048
	minPolicyLength, maxPolicyLength           = 1, 2048
	minDurationSeconds, maxDurationSeconds     = 900, 43200
	maxPolicyARNs                              = 10
	maxMinimumTokenSize                        = 4096
)

const (
	arnPattern         = `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
	sessionNamePattern = `[\w+=,.@-]*`
	policyPattern      = `[\u0009\u000A\u000D\u0020-\u00FF]+`
)

var (
	arnCharacters = regexp.MustCompile(
		`^[\x{9}\x{A}\x{D}\x{20}-\x{7E}\x{85}\x{A0}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]*$`,
	)
	sessionNameCharacters = regexp.MustCompile(`^[\w+=,.@-]*$`)
	policyCharacters      = regexp.MustCompile(`^[\x{9}\x{A}\x{D}\x{20}-\x{FF}]*$`)
)

// violations collects what breaks the model's constraints, for STS names all of
// it at once.
type violations []string

// add quotes the value, except the token's, which STS holds to be sensitive.
func (v *violations) add(value any, field, constraint string, args ...any) {
	quoted := fmt.Sprintf(" '%v'", value)
	switch {
	case field == "webIdentityToken" && value != nil:
		quoted = ""
	case value == nil:
		quoted = " null"
	}
	*v = append(*v, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: Member must ", quoted, field)+
		fmt.Sprintf(constraint, args...))
}

func (v violations) refusal() *refusal {
	if len(v) == 0 {
		return nil
	}
	noun := "errors"
	if len(v) == 1 {
		noun = "error"
	}
	return validationError("%d validation %s detected: %s", len(v), noun, strings.Join(v, "; "))
}

func (v *violations) length(value, field string, least, most int) {
	switch length := utf8.RuneCountInString(value); {
	case length < least:
		v.add(value, field, "have length greater than or equal to %d", least)
	case length > most:
		v.add(value, field, "have length less than or equal to %d", most)
	}
}

func (v *violations) pattern(value, field string, characters *regexp.Regexp, pattern string) {
	if !characters.MatchString(value) {
		v.add(value, field, "satisfy regular expression pattern: %s", pattern)
	}
}

func (v *violations) bounds(value int, field string, least, most int) {
	switch {
	case value < least:
		v.add(value, field, "have value greater than or equal to %d", least)
	case value > most:
		v.add(value, field, "have value less than or equal to %d", most)
	}
}

// required reads a parameter that must be there.
func (v *violations) required(form url.Values, name, field string) (string, bool) {
	if !form.Has(name) {
		v.add(nil, field, "not be null")
		return "", false
	}
	return form.Get(name), true
}

// readAssumeParameters reads the form and checks it against the model.
func (s *Server) readAssumeParameters(form url.Values) (*assumeParameters, *refusal) {
	p := &assumeParameters{}
	var problems violations
	p.readRole(form, &problems)
	var ok bool
	if p.token, ok = problems.required(form, "WebIdentityToken", "webIdentityToken"); ok {
		problems.length(p.token, "webIdentityToken", minTokenLength, maxTokenLength)
	}
	if p.providerID = optional(form, "ProviderId"); p.providerID != nil {
		problems.length(*p.providerID, "providerId", minProviderIDLength, maxProviderIDLength)
	}
	p.readPolicies(form, &problems)
	if refused := s.readNumbers(form, p, &problems); refused != nil {
		return nil, refused
	}
	return p, problems.refusal()
}

func (p *assumeParameters) readRole(form url.Values, problems *violations) {
	var ok bool
	if p.roleARN, ok = problems.required(form, "RoleArn", "roleArn"); ok {
		problems.length(p.roleARN, "roleArn", minARNLength, maxARNLength)
		problems.pattern(p.roleARN, "roleArn", arnCharacters, arnPattern)
	}
	if p.sessionName, ok = problems.required(form, "RoleSessionName", "roleSessionName"); ok {
		problems.length(p.sessionName, "roleSessionName", minSessionNameLength, maxSessionNameLength)
		problems.pattern(p.sessionName, "roleSessionName", sessionNameCharacters, sessionNamePattern)
	}
}

func optional(form url.Values, name string) *string {
	if !form.Has(name) {
		return nil
	}
	value := form.Get(name)
	return &value
}

func (p *assumeParameters) readPolicies(form url.Values, problems *violations) {
	for n := 1; form.Has(fmt.Sprintf("PolicyArns.member.%d.arn", n)); n++ {
		value := form.Get(fmt.Sprintf("PolicyArns.member.%d.arn", n))
		field := fmt.Sprintf("policyArns.%d.member.arn", n)
		problems.length(value, field, minARNLength, maxARNLength)
		problems.pattern(value, field, arnCharacters, arnPattern)
		p.policyARNs = append(p.policyARNs, value)
	}
	if len(p.policyARNs) > maxPolicyARNs {
		problems.add(p.policyARNs, "policyArns", "have length less than or equal to %d", maxPolicyARNs)
	}
	if p.policy = optional(form, "Policy"); p.policy != nil {
		problems.length(*p.policy, "policy", minPolicyLength, maxPolicyLength)
		problems.pattern(*p.policy, "policy", policyCharacters, policyPattern)
	}
}

// readNumbers refuses what isn't a number at all before it looks at ranges, as
// AWS can't even decode it. No client of the SDK's sends that.
func (s *Server) readNumbers(form url.Values, p *assumeParameters, problems *violations) *refusal {
	for _, name := range []string{"DurationSeconds", "MinimumSessionTokenSize"} {
		if !form.Has(name) {
			continue
		}
		number, err := strconv.ParseInt(form.Get(name), 10, 32)
		if err != nil {
			s.reportUnexpected("parameter %s isn't a number of 32 bits", name)
			return badRequest("MalformedInput", "%s must be an integer", name)
		}
		value := int(number)
		if name == "DurationSeconds" {
			p.duration = &value
			problems.bounds(value, "durationSeconds", minDurationSeconds, maxDurationSeconds)
			continue
		}
		p.minimumTokenSize = value
		problems.bounds(value, "minimumSessionTokenSize", 0, maxMinimumTokenSize)
	}
	return nil
}
