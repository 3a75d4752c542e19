package trustpolicy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

const gitHubProvider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"

// good is a policy that IAM accepts. The tests replace parts of it.
const good = `{
  "Version": "2012-10-17",
  "Id": "policy",
  "Statement": [{
    "Sid": "Main",
    "Effect": "Allow",
    "Principal": {"Federated": "` + gitHubProvider + `"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:o/r:environment:prod"}}
  }]
}`

func replaced(t *testing.T, old, replacement string) string {
	t.Helper()
	if !strings.Contains(good, old) {
		t.Fatalf("the policy has no %s", old)
	}
	return strings.Replace(good, old, replacement, 1)
}

func TestParse(t *testing.T) {
	t.Parallel()
	const subject = `"repo:o/r:environment:prod"`
	for name, test := range map[string]struct{ old, replacement string }{
		"the policy as it is":      {},
		"the older version":        {old: "2012-10-17", replacement: "2008-10-17"},
		"no version":               {old: `"Version": "2012-10-17",`},
		"a list of values":         {old: subject, replacement: `["a", "b"]`},
		"a number without quotes":  {old: subject, replacement: `42`},
		"a boolean without quotes": {old: subject, replacement: `true`},
		"several actions": {
			old: `"sts:AssumeRoleWithWebIdentity"`, replacement: `["sts:TagSession", "STS:assume*", "*"]`,
		},
		"NotAction": {old: `"Action"`, replacement: `"NotAction"`},
		"principals of every kind": {
			old: `"Federated":`,
			replacement: `"AWS": ["*", "111122223333", "arn:aws:iam::111122223333:root", "AROAEXAMPLEEXAMPLEID"],
				"Service": "ec2.amazonaws.com", "CanonicalUser": "` + strings.Repeat("0af1", 16) + `", "Federated":`,
		},
		"a SAML provider": {
			old: "oidc-provider/token.actions.githubusercontent.com", replacement: "saml-provider/Okta",
		},
		"a built-in provider":          {old: gitHubProvider, replacement: "cognito-identity.amazonaws.com"},
		"Cognito in another partition": {old: gitHubProvider, replacement: "cognito-identity-us-gov.amazonaws.com"},
		"another partition":            {old: "arn:aws:", replacement: "arn:aws-us-gov:"},
		"everyone":                     {old: `{"Federated": "` + gitHubProvider + `"}`, replacement: `"*"`},
		"a set operator":               {old: "StringEquals", replacement: "ForAnyValue:StringNotLikeIfExists"},
		"Null": {
			old: `"StringEquals": {`, replacement: `"Null": {"aws:SourceIp": false}, "StringLike": {`,
		},
		"a variable that isn't an ARN": {
			old:         `"StringEquals": {`,
			replacement: `"ArnLike": {"aws:PrincipalArn": "${aws:username}"}, "StringLike": {`,
		},
		"a range of addresses": {
			old:         `"StringEquals": {`,
			replacement: `"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "::1"]}, "StringLike": {`,
		},
		"a date": {
			old: `"StringEquals": {`, replacement: `"DateLessThan": {"aws:CurrentTime": ["2030-01-31T00:00:00Z", 7]},
				"StringLike": {`,
		},
	} {
		if _, err := trustpolicy.Parse(replaced(t, test.old, test.replacement)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestParseSingleStatement checks a document with no list around its statement and no conditions in it.
func TestParseSingleStatement(t *testing.T) {
	t.Parallel()
	_, err := trustpolicy.Parse(`{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {}}}`)
	if err != nil {
		t.Error(err)
	}
}

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	const condition, key = "Condition", "token.actions.githubusercontent.com:sub"
	for name, test := range map[string]struct {
		old, replacement string
		want             trustpolicy.SyntaxError // without Problem
		problem          string                  // a part of it
	}{
		"no JSON":               {old: good, replacement: "policy", want: outside(""), problem: "isn't valid JSON"},
		"nothing":               {old: good, want: outside(""), problem: "ends too early"},
		"an object that is cut": {old: "\n  }]\n}", want: outside(""), problem: "ends too early"},
		"two documents":         {old: good, replacement: good + good, want: outside(""), problem: "after the end"},
		"no object":             {old: good, replacement: `[]`, want: outside(""), problem: "JSON object"},
		"deep nesting": {
			old: good, replacement: strings.Repeat("[", 9999), want: outside(""), problem: "nested too deeply",
		},
		"an element that is there twice": {
			old: `"Id": "policy"`, replacement: `"Version": "2008-10-17"`, want: outside(""),
			problem: `"Version" appears twice`,
		},
		"a name in lower case": {
			old: `"Version"`, replacement: `"version"`, want: outside("version"), problem: "no such",
		},
		"another version": {old: "2012", replacement: "2013", want: outside("Version"), problem: "2012-10-17"},
		"an ID of another type": {
			old: `"policy"`, replacement: `1`, want: outside("Id"), problem: "string",
		},
		"no statement": {
			old: good, replacement: `{"Statement": []}`, want: outside("Statement"), problem: "must have a statement",
		},
		"a statement that is text": {
			old: good, replacement: `{"Statement": "Allow"}`, want: in("", "", "", ""), problem: "JSON object",
		},
		"a Sid with a space": {
			old: `"Main"`, replacement: `"The main branch"`, want: in("", "Sid", "", ""), problem: "A-Z",
		},
		"the same Sid": {
			old: `"Statement": [`, replacement: `"Statement": [
				{"Sid": "Main", "Effect": "Deny", "Principal": "*", "Action": "sts:*"},`,
			want: trustpolicy.SyntaxError{Statement: 1, Sid: "Main", Element: "Sid"}, problem: "same Sid",
		},
		"no effect": {old: `"Effect": "Allow",`, want: in("Main", "Effect", "", ""), problem: "must have an effect"},
		"another effect": {
			old: `"Allow"`, replacement: `"allow"`, want: in("Main", "Effect", "", ""), problem: "Allow or Deny",
		},
		"a resource": {
			old: `"Effect"`, replacement: `"Resource": "*", "Effect"`, want: in("Main", "Resource", "", ""),
			problem: "its resource is the role",
		},
		"NotPrincipal": {
			old: `"Principal"`, replacement: `"NotPrincipal"`, want: in("Main", "NotPrincipal", "", ""),
			problem: "doesn't allow this element",
		},
		"an unknown element": {
			old: `"Principal"`, replacement: `"Principals"`, want: in("Main", "Principals", "", ""),
			problem: "no such element",
		},
		"no principal": {
			old: `"Principal": {"Federated": "` + gitHubProvider + `"},`, want: in("Main", "Principal", "", ""),
			problem: "must have a principal",
		},
		"a principal that is text": {
			old: `{"Federated": "` + gitHubProvider + `"}`, replacement: `"` + gitHubProvider + `"`,
			want: in("Main", "Principal", "", ""), problem: "JSON object",
		},
		"an unknown kind of principal": {
			old: `"Federated"`, replacement: `"OIDC"`, want: in("Main", "Principal", "", ""), problem: `kind "OIDC"`,
		},
		"a wildcard principal": {
			old: gitHubProvider, replacement: "*", want: in("Main", "Principal", "", ""),
			problem: `"*" isn't a principal`,
		},
		"a wildcard in a principal": {
			old: ".githubusercontent.com\"}", replacement: ".*\"}", want: in("Main", "Principal", "", ""),
			problem: "isn't a principal",
		},
		"a principal with a scheme": {
			old: "oidc-provider/", replacement: "oidc-provider/https://", want: in("Main", "Principal", "", ""),
			problem: "without https://",
		},
		"a URL as the principal": {
			old: gitHubProvider, replacement: "https://token.actions.githubusercontent.com",
			want: in("Main", "Principal", "", ""), problem: "isn't a principal",
		},
		"an account that is too short": {
			old: "111122223333", replacement: "1111", want: in("Main", "Principal", "", ""),
			problem: "isn't a principal",
		},
		"an empty list of principals": {
			old: `"` + gitHubProvider + `"`, replacement: "[]", want: in("Main", "Principal", "", ""),
			problem: "list of strings",
		},
		"no action": {
			old: `"Action": "sts:AssumeRoleWithWebIdentity",`, want: in("Main", "Action", "", ""),
			problem: "must have an action",
		},
		"both kinds of actions": {
			old: `"Action"`, replacement: `"NotAction": "sts:AssumeRole", "Action"`,
			want:    in("Main", "NotAction", "", ""),
			problem: "both",
		},
		"an action of another service": {
			old: `sts:Assume`, replacement: `s3:Assume`, want: in("Main", "Action", "", ""),
			problem: "only actions of STS",
		},
		"an unknown operator": {
			old: `StringEquals`, replacement: `StringMatches`, want: in("Main", condition, "StringMatches", ""),
			problem: "no such condition operator",
		},
		"an operator in lower case": {
			old: `StringEquals`, replacement: `stringEquals`, want: in("Main", condition, "stringEquals", ""),
			problem: "no such",
		},
		"an unknown set operator": {
			old: `StringEquals`, replacement: `ForSomeValue:StringEquals`,
			want: in("Main", condition, "ForSomeValue:StringEquals", ""), problem: "no such",
		},
		"Null with a suffix": {
			old: `StringEquals`, replacement: `NullIfExists`, want: in("Main", condition, "NullIfExists", ""),
			problem: "no such",
		},
		"conditions that are a list": {
			old:         `{"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:o/r:environment:prod"}}`,
			replacement: `[]`,
			want:        in("Main", condition, "", ""), problem: "condition operators",
		},
		"a key without an issuer": {
			old: key, replacement: "sub", want: in("Main", condition, "StringEquals", "sub"), problem: "colon",
		},
		"an object as a value": {
			old: `"repo:o/r:environment:prod"`, replacement: `{}`, want: in("Main", condition, "StringEquals", key),
			problem: "a string, a number",
		},
		"no values": {
			old: `"repo:o/r:environment:prod"`, replacement: `[]`, want: in("Main", condition, "StringEquals", key),
			problem: "a string, a number",
		},
		"a text as a boolean": {
			old: `StringEquals`, replacement: `Bool`, want: in("Main", condition, "Bool", key),
			problem: "isn't true or false",
		},
		"a text as a number": {
			old: `StringEquals`, replacement: `NumericLessThan`, want: in("Main", condition, "NumericLessThan", key),
			problem: "isn't a number",
		},
		"a number that is too large to compare": {
			old:         `{"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:o/r:environment:prod"}}`,
			replacement: `{"NumericEquals": {"token.actions.githubusercontent.com:sub": "1e999999999"}}`,
			want:        in("Main", condition, "NumericEquals", key),
			problem:     "isn't a number",
		},
		"a text as a date": {
			old: `StringEquals`, replacement: `DateLessThan`, want: in("Main", condition, "DateLessThan", key),
			problem: "isn't a date",
		},
		"a text as an address": {
			old: `StringEquals`, replacement: `IpAddress`, want: in("Main", condition, "IpAddress", key),
			problem: "isn't an IP address",
		},
		"a text as bytes": {
			old: `StringEquals`, replacement: `BinaryEquals`, want: in("Main", condition, "BinaryEquals", key),
			problem: "isn't base64",
		},
	} {
		_, err := trustpolicy.Parse(replaced(t, test.old, test.replacement))
		var got *trustpolicy.SyntaxError
		if !errors.As(err, &got) {
			t.Errorf("%s: the error is %v", name, err)
			continue
		}
		if test.want.Problem = got.Problem; *got != test.want {
			t.Errorf("%s: got %+v, want %+v", name, *got, test.want)
		}
		if !strings.Contains(got.Problem, test.problem) {
			t.Errorf("%s: the problem is %q, want %q", name, got.Problem, test.problem)
		}
	}
}

func outside(element string) trustpolicy.SyntaxError {
	return trustpolicy.SyntaxError{Statement: -1, Element: element}
}

func in(sid, element, operator, key string) trustpolicy.SyntaxError {
	return trustpolicy.SyntaxError{Sid: sid, Element: element, Operator: operator, Key: key}
}

func TestSyntaxErrorText(t *testing.T) {
	t.Parallel()
	_, err := trustpolicy.Parse(replaced(t, `"repo:o/r:environment:prod"`, `[]`))
	const want = "In Statement[0] (Main), element Condition, operator StringEquals, condition key " +
		"token.actions.githubusercontent.com:sub: The value must be a string, a number, a boolean, or a list of them."
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
