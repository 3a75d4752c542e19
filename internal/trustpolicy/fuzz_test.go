package trustpolicy_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// FuzzParse checks that every document has either a policy or an error with a place and a sentence.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add(documentOf(statementOf(`"ForAllValues:ArnLikeIfExists": {"GH:sub": ["a", 1, true]}, "Null": {"a:b": false}`)))
	f.Add(`{"Statement": {"Effect": "Deny", "Principal": {"AWS": "*"}, "NotAction": "sts:*"}}`)
	f.Add(`{"Version": "2012-10-17", "Statement": [{"Sid": "a b"}]}`)
	f.Add(`[[[[[[[[[[[[[[[[[[`)
	f.Fuzz(func(t *testing.T, document string) {
		policy, err := trustpolicy.Parse(document)
		var problem *trustpolicy.SyntaxError
		if err != nil && (!errors.As(err, &problem) || policy != nil || !strings.HasSuffix(problem.Problem, ".")) {
			t.Errorf("the error is %#v", err)
		}
		if err == nil && !json.Valid([]byte(document)) {
			t.Error("the document isn't valid JSON")
		}
		if err == nil {
			policy.Findings()
		}
	})
}

// callKeys are keys that the claims don't show, with a value for each.
var callKeys = map[string][]string{
	"aws:SourceIp": {"10.1.2.3"}, "aws:CurrentTime": {"2030-01-01T00:00:00Z"}, "sts:RoleSessionName": {"ci"},
	"aws:PrincipalOrgID": {"o-1"}, "aws:SecureTransport": {"true"},
}

// FuzzEvaluate checks what is true for every policy and every token. The most important one is that a decision stays
// the same if more of the request is known, unless it was undetermined.
func FuzzEvaluate(f *testing.F) {
	const token = `{"sub": "repo:o/r:environment:prod", "aud": ["a", "b"], "repository_id": "42", "amr": ["x", "y"]}`
	f.Add(good, token)
	f.Add(documentOf(statementOf(`"StringLike": {"GH:sub": "repo:*${aws:SourceIp, 'x'}?"}`)), token)
	f.Add(documentOf(
		statementOf(`"StringNotEqualsIfExists": {"GH:aud": "a"}, "Bool": {"aws:SecureTransport": "true"}`),
		strings.Replace(statementOf(`"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}`), "Allow", "Deny", 1),
	), token)
	f.Add(documentOf(statementOf(`"ForAnyValue:StringNotLike": {"GH:amr": "${sts:RoleSessionName}"},
		"DateLessThan": {"aws:CurrentTime": "2031-01-01"}, "Null": {"aws:PrincipalOrgID": "false"}`)), token)
	f.Add(documentOf(statementOf(`"NumericLessThan": {"GH:repository_id": 1e400}`)),
		`{"repository_id": "1e1000", "https://aws.amazon.com/tags": {"principal_tags": {"a": ["b"]}}}`)
	f.Fuzz(func(t *testing.T, document, token string) {
		policy, err := trustpolicy.Parse(document)
		decoder := json.NewDecoder(strings.NewReader(token))
		decoder.UseNumber()
		var claims map[string]any
		if decoder.Decode(&claims) != nil || err != nil || len(document)+len(token) > 1<<13 {
			return
		}
		request := trustpolicy.Request{Issuer: trustpolicy.GitHub, Claims: claims}
		decision := policy.Evaluate(request)
		if again := policy.Evaluate(request); !reflect.DeepEqual(decision, again) {
			t.Errorf("got %+v, and then %+v", decision, again)
		}
		checkStatements(t, decision)
		request.Keys = callKeys
		known := policy.Evaluate(request)
		if known.Outcome != decision.Outcome && decision.Outcome != undetermined {
			t.Errorf(
				"%s (%s), and with more keys %s (%s)",
				decision.Outcome,
				decision.Reason,
				known.Outcome,
				known.Reason,
			)
		}
		checkStatements(t, known)
	})
}

// checkStatements checks that the statements agree with the decision.
func checkStatements(t *testing.T, decision trustpolicy.Decision) {
	t.Helper()
	if decision.Reason == "" || len(decision.Statements) == 0 {
		t.Errorf("got %+v", decision)
	}
	allows := false
	for _, result := range decision.Statements {
		matches := result.Matches != nil && *result.Matches
		if matches != (len(result.Failures) == 0) {
			t.Errorf("the failures of %+v", result)
		}
		allows = allows || matches && result.Effect == "Allow"
		if decision.Outcome == allowed && result.Effect == "Deny" && (result.Matches == nil || matches) {
			t.Errorf("allowed in spite of %+v", result)
		}
	}
	if decision.Outcome == allowed && !allows {
		t.Errorf("allowed without a statement: %+v", decision)
	}
}

// FuzzWildcards compares StringLike with a regular expression.
func FuzzWildcards(f *testing.F) {
	f.Add("repo:o/r:*", "repo:o/r:environment:prod")
	f.Add("*a*b?", "xaxbabc")
	f.Add("**?", "")
	f.Fuzz(func(t *testing.T, pattern, subject string) {
		if len(pattern)+len(subject) > 1<<10 || pattern == "" || subject == "" ||
			strings.ToValidUTF8(pattern, "") != pattern ||
			strings.ToValidUTF8(subject, "") != subject {
			return
		}
		values, err := json.Marshal([]string{pattern})
		if err != nil {
			t.Fatal(err)
		}
		document := strings.Replace(documentOf(statementOf(`"StringLike": {"GH:sub": `+string(values)+`}`)),
			"2012-10-17", "2008-10-17", 1) // no variables
		got := parsed(t, document).Evaluate(request(map[string]any{"sub": subject})).Outcome
		expression := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
		if want := regexp.MustCompile(`(?s)^` + expression + `$`).MatchString(subject); (got == allowed) != want {
			t.Errorf("%q and %q: %s", pattern, subject, got)
		}
	})
}
