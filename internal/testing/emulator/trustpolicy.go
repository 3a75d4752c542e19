package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// policyVersion is the version of the policy language that has variables.
const policyVersion = "2012-10-17"

// trustPolicy is a role's trust policy as far as web identities are concerned.
type trustPolicy struct {
	statements []statement
}

type statement struct {
	deny       bool
	anyone     bool
	federated  []string
	actions    []string
	conditions []condition
}

// trustPolicyDocument and statementDocument name every element that a trust
// policy may have. Others, Resource among them, are errors, as they are at IAM.
type trustPolicyDocument struct {
	Version   string
	ID        string `json:"Id"`
	Statement json.RawMessage
}

type statementDocument struct {
	Sid       string
	Effect    string
	Principal json.RawMessage
	Action    textOrTexts
	Condition map[string]map[string]textOrTexts
}

// textOrTexts is a string or an array of them; Null and Bool conditions may have
// bare booleans.
type textOrTexts []string

// UnmarshalJSON reads either form.
func (t *textOrTexts) UnmarshalJSON(text []byte) error {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	*t = make(textOrTexts, 0, len(list))
	for _, element := range list {
		switch element := element.(type) {
		case string:
			*t = append(*t, element)
		case bool:
			*t = append(*t, strconv.FormatBool(element))
		default:
			return fmt.Errorf("%s is neither a string nor an array of them", text)
		}
	}
	return nil
}

func decodeStrictly(text []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the document's end")
	}
	return nil
}

func parseTrustPolicy(text []byte) (*trustPolicy, error) {
	var document trustPolicyDocument
	if err := decodeStrictly(text, &document); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"", "2008-10-17", policyVersion}, document.Version) {
		return nil, fmt.Errorf("version %q: want %s", document.Version, policyVersion)
	}
	statements, err := decodeStatements(document.Statement)
	if err != nil {
		return nil, err
	}
	policy := &trustPolicy{}
	for n, statement := range statements {
		parsed, err := parseStatement(statement, document.Version == policyVersion)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", n+1, err)
		}
		policy.statements = append(policy.statements, parsed)
	}
	return policy, nil
}

// decodeStatements reads an array of them, or a single one.
func decodeStatements(text json.RawMessage) ([]statementDocument, error) {
	if !bytes.HasPrefix(text, []byte("[")) {
		text = slices.Concat([]byte("["), text, []byte("]"))
	}
	var statements []statementDocument
	if err := decodeStrictly(text, &statements); err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	if len(statements) == 0 {
		return nil, errors.New("there is no statement")
	}
	return statements, nil
}

// parseStatement reads one; variables: ${...} in its conditions is a variable.
func parseStatement(document statementDocument, variables bool) (statement, error) {
	parsed := statement{actions: document.Action}
	switch document.Effect {
	case "Allow":
	case "Deny":
		parsed.deny = true
	default:
		return parsed, fmt.Errorf("effect %q: want Allow or Deny", document.Effect)
	}
	if len(document.Action) == 0 {
		return parsed, errors.New("there is no action")
	}
	if err := parsed.readPrincipal(document.Principal); err != nil {
		return parsed, err
	}
	for name, keys := range document.Condition {
		operator, err := parseOperator(name)
		if err != nil {
			return parsed, err
		}
		for key, values := range keys {
			parsed.conditions = append(parsed.conditions,
				condition{operator: operator, key: strings.ToLower(key), values: values, variables: variables})
		}
	}
	return parsed, nil
}

// readPrincipal keeps the federated principals: those of other kinds don't call
// AssumeRoleWithWebIdentity.
func (s *statement) readPrincipal(text json.RawMessage) error {
	var anyone string
	if json.Unmarshal(text, &anyone) == nil {
		if anyone != "*" {
			return fmt.Errorf("principal %q: want an object or *", anyone)
		}
		s.anyone = true
		return nil
	}
	var principals struct{ AWS, Service, CanonicalUser, Federated textOrTexts }
	if err := decodeStrictly(text, &principals); err != nil {
		return fmt.Errorf("principal: %w", err)
	}
	for _, principal := range principals.Federated {
		if !isFederatedPrincipal(principal) {
			return fmt.Errorf(
				"principal %q: neither the ARN of an identity provider nor a provider that is built in",
				principal,
			)
		}
	}
	s.federated = principals.Federated
	return nil
}

func isFederatedPrincipal(principal string) bool {
	switch principal {
	case googleProvider, "cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com":
		return true
	}
	parsed, err := arn.Parse(principal)
	if err != nil || parsed.Service != "iam" || strings.Contains(principal, "://") {
		return false
	}
	kind, name, _ := strings.Cut(parsed.Resource, "/")
	return name != "" && (kind == "oidc-provider" || kind == "saml-provider")
}

// allows is IAM's decision: a statement that denies beats all that allow.
func (p *trustPolicy) allows(action, principal string, context conditionContext) bool {
	allowed := false
	for _, statement := range p.statements {
		if !statement.applies(action, principal, context) {
			continue
		}
		if statement.deny {
			return false
		}
		allowed = true
	}
	return allowed
}

func (s statement) applies(action, principal string, context conditionContext) bool {
	if !s.anyone && !slices.Contains(s.federated, principal) {
		return false
	}
	named := slices.ContainsFunc(s.actions, func(pattern string) bool {
		return wildcards(pattern).matches(action, true)
	})
	if !named {
		return false
	}
	return !slices.ContainsFunc(s.conditions, func(c condition) bool { return !c.holds(context) })
}

// TrustPolicy is the JSON of a trust policy that lets the issuer's tokens assume
// a role of the account, in the partition aws. equals and like hold claims (sub
// and aud, say) to values, by StringEquals and by StringLike; either may be nil.
// furtherActions are allowed besides AssumeRoleWithWebIdentity: sts:TagSession,
// for one. An issuer that is built in (https://accounts.google.com) is named by
// its host.
func TrustPolicy(account, issuerURL string, equals, like map[string]string, furtherActions ...string) string {
	principal, prefix := OIDCProviderARN(account, issuerURL), withoutScheme(issuerURL)
	if host := builtInProviders[issuerURL]; host != "" {
		principal, prefix = host, host
	}
	conditions := map[string]map[string]string{}
	for operator, claims := range map[string]map[string]string{"StringEquals": equals, "StringLike": like} {
		for claim, value := range claims {
			if conditions[operator] == nil {
				conditions[operator] = map[string]string{}
			}
			conditions[operator][prefix+":"+claim] = value
		}
	}
	text, err := json.MarshalIndent(map[string]any{
		"Version": policyVersion,
		"Statement": []any{map[string]any{
			"Effect":    "Allow",
			"Principal": map[string]any{"Federated": principal},
			"Action":    append([]string{"sts:" + actionAssumeRoleWithWebIdentity}, furtherActions...),
			"Condition": conditions,
		}},
	}, "", "  ")
	if err != nil {
		// Strings alone: this can't be.
		panic(err)
	}
	return string(text)
}
