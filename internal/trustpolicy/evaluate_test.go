package trustpolicy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// request is one with claims of GitHub Actions. The changes replace some of them; nil removes one.
func request(changes map[string]any) trustpolicy.Request {
	claims := map[string]any{
		"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com",
		"sub": "repo:o/r:environment:prod", "repository_id": "42", "actor": "a*b",
		"amr": []any{"authenticated", "cognito"}, "email": "ci@example.com", "run_id": "7", "ref": "",
	}
	maps.Copy(claims, changes)
	for claim, value := range claims {
		if value == nil {
			delete(claims, claim)
		}
	}
	issuer, _ := claims["iss"].(string)
	return trustpolicy.Request{Issuer: trustpolicy.Issuer(strings.TrimPrefix(issuer, "https://")), Claims: claims}
}

func parsed(t *testing.T, document string) *trustpolicy.Policy {
	t.Helper()
	policy, err := trustpolicy.Parse(document)
	if err != nil {
		t.Fatalf("%v\n%s", err, document)
	}
	return policy
}

const (
	allowed      = trustpolicy.Allowed
	denied       = trustpolicy.Denied
	undetermined = trustpolicy.Undetermined
)

// statementOf is a statement that allows GitHub's tokens. GH in the condition is GitHub's issuer.
func statementOf(condition string) string {
	return `{"Effect": "Allow", "Principal": {"Federated": "` + gitHubProvider + `"},
		"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {` +
		strings.ReplaceAll(condition, "GH:", "token.actions.githubusercontent.com:") + `}}`
}

func documentOf(statements ...string) string {
	return `{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ",") + `]}`
}

// TestConditions compares each condition with the same token.
func TestConditions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		condition string
		want      trustpolicy.Outcome
	}{
		"no condition": {condition: ``, want: allowed},
		"the subject": {
			condition: `"StringEquals": {"GH:sub": "repo:o/r:environment:prod"}`, want: allowed,
		},
		"the subject among several": {
			condition: `"StringEquals": {"GH:sub": ["x", "repo:o/r:environment:prod"]}`, want: allowed,
		},
		"a key in another case": {
			condition: `"StringEquals": {"GH:SUB": "repo:o/r:environment:prod"}`, want: allowed,
		},
		"a key with a scheme": {
			condition: `"StringEquals": {"https://GH:sub": "repo:o/r:environment:prod"}`, want: denied,
		},
		"a subject in another case": {
			condition: `"StringEquals": {"GH:sub": "REPO:o/r:environment:prod"}`, want: denied,
		},
		"any case": {
			condition: `"StringEqualsIgnoreCase": {"GH:sub": "REPO:O/r:environment:prod"}`, want: allowed,
		},
		"not in any case": {
			condition: `"StringNotEqualsIgnoreCase": {"GH:sub": "REPO:O/r:environment:prod"}`, want: denied,
		},
		"a wildcard under equals": {condition: `"StringEquals": {"GH:sub": "repo:o/r:*"}`, want: denied},
		"a wildcard":              {condition: `"StringLike": {"GH:sub": "repo:o/r:*"}`, want: allowed},
		"wildcards in the middle": {condition: `"StringLike": {"GH:sub": "repo:*/r:env*:pro?"}`, want: allowed},
		"a wildcard for no character": {
			condition: `"StringLike": {"GH:sub": "repo:o/r:environment:prod*"}`, want: allowed,
		},
		"too few characters": {
			condition: `"StringLike": {"GH:sub": "repo:o/r:environment:prod?"}`, want: denied,
		},
		"a wildcard that comes early": {condition: `"StringLike": {"GH:sub": "repo:*/r"}`, want: denied},
		"StringLike in another case":  {condition: `"StringLike": {"GH:sub": "Repo:*"}`, want: denied},
		"an escaped wildcard":         {condition: `"StringLike": {"GH:actor": "a${*}b"}`, want: allowed},
		"an escaped wildcard, another text": {
			condition: `"StringLike": {"GH:sub": "repo${*}"}`, want: denied,
		},
		"an asterisk under equals": {condition: `"StringEquals": {"GH:actor": "a*b"}`, want: allowed},
		"a variable": {
			condition: `"StringEquals": {"GH:repository_id": "${GH:repository_id}"}`, want: allowed,
		},
		"a variable in a pattern":     {condition: `"StringLike": {"GH:sub": "*${GH:repository_id}"}`, want: denied},
		"a wildcard in a variable":    {condition: `"StringLike": {"GH:sub": "${GH:actor}"}`, want: denied},
		"a variable that isn't there": {condition: `"StringLike": {"GH:sub": "*${GH:environment}"}`, want: denied},
		"not a variable that isn't there": {
			condition: `"StringNotLike": {"GH:sub": "*${GH:environment}"}`, want: undetermined,
		},
		"a variable with a default": {
			condition: `"StringEquals": {"GH:repository_id": "${GH:environment, '42'}"}`, want: allowed,
		},
		"a variable that depends on the call": {
			condition: `"StringEquals": {"GH:actor": "${sts:RoleSessionName}"}`, want: undetermined,
		},
		"a variable with several values": {condition: `"StringEquals": {"GH:actor": "${GH:amr}"}`, want: denied},
		"not another subject":            {condition: `"StringNotEquals": {"GH:sub": "x"}`, want: allowed},
		"none of several": {
			condition: `"StringNotEquals": {"GH:repository_id": ["x", "42"]}`, want: denied,
		},
		"not this subject": {condition: `"StringNotLike": {"GH:sub": "repo:*"}`, want: denied},
		"two keys, one wrong": {
			condition: `"StringEquals": {"GH:repository_id": "42", "GH:aud": "x"}`, want: denied,
		},
		"two operators, one wrong": {
			condition: `"StringEquals": {"GH:repository_id": "42"}, "StringLike": {"GH:aud": "x"}`, want: denied,
		},
		"two operators": {
			condition: `"StringEquals": {"GH:repository_id": "42"}, "StringLike": {"GH:aud": "*"}`, want: allowed,
		},
		"a key that isn't there": {condition: `"StringEquals": {"GH:environment": "x"}`, want: denied},
		"IfExists without the key": {
			condition: `"StringEqualsIfExists": {"GH:environment": "x"}`, want: allowed,
		},
		"IfExists with another value": {
			condition: `"StringEqualsIfExists": {"GH:repository_id": "x"}`, want: denied,
		},
		"not a value of a key that isn't here": {
			condition: `"StringNotEquals": {"GH:environment": "x"}`, want: allowed,
		},
		"Null, and the key isn't there":     {condition: `"Null": {"GH:environment": "true"}`, want: allowed},
		"Null, and the key is there":        {condition: `"Null": {"GH:repository_id": true}`, want: denied},
		"not Null, and the key isn't there": {condition: `"Null": {"GH:environment": false}`, want: denied},
		"not Null, and the key is there":    {condition: `"Null": {"GH:sub": "FALSE"}`, want: allowed},
		"a claim that is no key":            {condition: `"StringEquals": {"GH:run_id": "7"}`, want: denied},
		"any value of several": {
			condition: `"ForAnyValue:StringLike": {"GH:amr": "auth*"}`, want: allowed,
		},
		"any value, and none matches": {
			condition: `"ForAnyValue:StringLike": {"GH:amr": "un*"}`, want: denied,
		},
		"any value of a key that isn't there": {
			condition: `"ForAnyValue:StringNotLike": {"GH:environment": "x"}`, want: denied,
		},
		"any value isn't": {
			condition: `"ForAnyValue:StringNotEquals": {"GH:amr": "cognito"}`, want: allowed,
		},
		"any value, IfExists": {
			condition: `"ForAnyValue:StringLikeIfExists": {"GH:environment": "x"}`, want: allowed,
		},
		"all values, one wrong": {
			condition: `"ForAllValues:StringLike": {"GH:amr": "auth*"}`, want: denied,
		},
		"all values": {
			condition: `"ForAllValues:StringLike": {"GH:amr": ["auth*", "cog*"]}`, want: allowed,
		},
		"all values of a key that isn't here": {
			condition: `"ForAllValues:StringEquals": {"GH:environment": "x"}`, want: allowed,
		},
		"all values of a key that is empty": {condition: `"ForAllValues:StringEquals": {"GH:ref": "x"}`, want: allowed},
		"any value of a key that is empty":  {condition: `"ForAnyValue:StringEquals": {"GH:ref": "x"}`, want: denied},
		"several values without a set, some match": {
			condition: `"StringLike": {"GH:amr": "auth*"}`, want: undetermined,
		},
		"several values without a set, all match":  {condition: `"StringLike": {"GH:amr": "*"}`, want: allowed},
		"several values without a set, none match": {condition: `"StringLike": {"GH:amr": "x"}`, want: denied},
		"several values, negated, without a set":   {condition: `"StringNotLike": {"GH:amr": "x"}`, want: allowed},
		"a number": {
			condition: `"NumericEquals": {"GH:repository_id": 42.0}`, want: allowed,
		},
		"a number that isn't less": {
			condition: `"NumericLessThan": {"GH:repository_id": "42"}`, want: denied,
		},
		"a number that is at most": {
			condition: `"NumericLessThanEquals": {"GH:repository_id": "42"}`, want: allowed,
		},
		"a number that is greater": {
			condition: `"NumericGreaterThan": {"GH:repository_id": "41.9"}`, want: allowed,
		},
		"a number that is at least": {
			condition: `"NumericGreaterThanEquals": {"GH:repository_id": "4.3e1"}`, want: denied,
		},
		"not a number": {
			condition: `"NumericNotEquals": {"GH:repository_id": "42"}`, want: denied,
		},
		"a text that isn't a number": {condition: `"NumericEquals": {"GH:actor": "42"}`, want: undetermined},
		"a negated number, and a text": {
			condition: `"NumericNotEquals": {"GH:actor": "42"}`, want: undetermined,
		},
		"a negated date, and a text": {condition: `"DateNotEquals": {"GH:actor": "2030"}`, want: undetermined},
		"a date in seconds": {
			condition: `"DateEquals": {"GH:repository_id": "1970-01-01T00:00:42Z"}`, want: allowed,
		},
		"a date that is before": {
			condition: `"DateLessThan": {"GH:repository_id": "1970-01-02"}`, want: allowed,
		},
		"a date that isn't after": {
			condition: `"DateGreaterThan": {"GH:repository_id": "1970-01-01T00:01+00:00"}`, want: denied,
		},
		"a date that is at least": {
			condition: `"DateGreaterThanEquals": {"GH:repository_id": 42}`, want: allowed,
		},
		"a date that is at most": {
			condition: `"DateLessThanEquals": {"GH:repository_id": 41}`, want: denied,
		},
		"not a date": {
			condition: `"DateNotEquals": {"GH:repository_id": 42}`, want: denied,
		},
		"a boolean": {condition: `"Bool": {"GH:actor": "true"}`, want: denied},
		"bytes": {
			condition: `"BinaryEquals": {"GH:repository_id": "NDI="}`, want: allowed,
		},
		"other bytes": {
			condition: `"BinaryEquals": {"GH:repository_id": "NDM="}`, want: denied,
		},
		"an address, and the claim is none": {
			condition: `"IpAddress": {"GH:actor": "10.0.0.0/8"}`, want: undetermined,
		},
		"not an address, and the claim is none": {
			condition: `"NotIpAddress": {"GH:actor": "10.0.0.0/8"}`, want: undetermined,
		},
		"an ARN, and the claim is none": {condition: `"ArnLike": {"GH:actor": "*"}`, want: denied},
		"the caller's address": {
			condition: `"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}`, want: undetermined,
		},
		"the caller's address, and another subject": {
			condition: `"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "StringEquals": {"GH:sub": "x"}`, want: denied,
		},
		"the organization": {
			condition: `"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}`, want: undetermined,
		},
		"the time": {
			condition: `"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}`, want: undetermined,
		},
		"the session's name": {
			condition: `"StringLike": {"sts:RoleSessionName": "*"}`, want: undetermined,
		},
		"no session tags": {
			condition: `"Null": {"aws:RequestTag/team": "true"}`, want: allowed,
		},
		"no source identity": {
			condition: `"StringEquals": {"sts:SourceIdentity": "alice"}`, want: denied,
		},
		"a key of AssumeRole": {
			condition: `"StringEquals": {"sts:ExternalId": "x"}`, want: denied,
		},
		"a key of another issuer": {
			condition: `"StringEquals": {"gitlab.com:sub": "repo:o/r:environment:prod"}`, want: denied,
		},
	} {
		decision := parsed(t, documentOf(statementOf(test.condition))).Evaluate(request(nil))
		if decision.Outcome != test.want {
			t.Errorf("%s: got %s, want %s: %q", name, decision.Outcome, test.want, decision.Statements[0].Failures)
		}
		if hasFailures := len(decision.Statements[0].Failures) > 0; hasFailures != (test.want != allowed) {
			t.Errorf("%s: the failures are %q", name, decision.Statements[0].Failures)
		}
	}
}

// TestArn compares the parts of ARNs.
func TestArn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		condition string
		want      trustpolicy.Outcome
	}{
		"the ARN": {
			condition: `"ArnEquals": {"aws:SourceArn": "arn:aws:iam::111122223333:role/a:b"}`, want: allowed,
		},
		"a wildcard": {
			condition: `"ArnEquals": {"aws:SourceArn": "arn:aws:iam::*:role/*"}`, want: allowed,
		},
		"a wildcard for several parts": {condition: `"ArnLike": {"aws:SourceArn": "arn:*:role/a:b"}`, want: denied},
		"a wildcard for the last colon": {
			condition: `"ArnLike": {"aws:SourceArn": "arn:aws:iam:?:1*:role/a*b"}`, want: denied,
		},
		"a pattern without the resource": {condition: `"ArnLike": {"aws:SourceArn": "arn:aws:iam::*"}`, want: denied},
		"wildcards in each part": {
			condition: `"ArnLike": {"aws:SourceArn": "arn:aws:i?m::1*:role/a*b"}`, want: allowed,
		},
		"not the ARN": {
			condition: `"ArnNotEquals": {"aws:SourceArn": "arn:aws:iam::*:role/a:b"}`, want: denied,
		},
		"not another ARN": {
			condition: `"ArnNotLike": {"aws:SourceArn": "arn:aws:iam::*:user/*"}`, want: allowed,
		},
		"an address": {condition: `"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}`, want: allowed},
		"one address": {
			condition: `"IpAddress": {"aws:SourceIp": ["::1", "10.1.2.3"]}`, want: allowed,
		},
		"not an address":  {condition: `"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}`, want: denied},
		"another address": {condition: `"IpAddress": {"aws:SourceIp": "10.1.2.4/32"}`, want: denied},
		"a boolean":       {condition: `"Bool": {"aws:SecureTransport": "True"}`, want: allowed},
	} {
		known := request(nil)
		known.Keys = map[string][]string{
			"aws:SourceArn": {
				"arn:aws:iam::111122223333:role/a:b",
			},
			"aws:sourceip":        {"10.1.2.3"},
			"aws:SecureTransport": {"true"},
		}
		if got := parsed(t, documentOf(statementOf(test.condition))).Evaluate(known); got.Outcome != test.want {
			t.Errorf("%s: got %s, want %s: %q", name, got.Outcome, test.want, got.Statements[0].Failures)
		}
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	allow := statementOf(``)
	deny := strings.Replace(allow, "Allow", "Deny", 1)
	other := statementOf(`"StringEquals": {"GH:sub": "x"}`)
	denyOther := strings.Replace(other, "Allow", "Deny", 1)
	doubt := statementOf(`"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}`)
	denyDoubt := strings.Replace(doubt, "Allow", "Deny", 1)
	principal := func(principal string) string {
		return strings.Replace(allow, `{"Federated": "`+gitHubProvider+`"}`, principal, 1)
	}
	action := func(action string) string {
		return strings.Replace(allow, `"Action": "sts:AssumeRoleWithWebIdentity"`, action, 1)
	}
	for name, test := range map[string]struct {
		document string
		want     trustpolicy.Outcome
		reason   string
	}{
		"one that allows": {
			document: documentOf(allow), want: allowed, reason: "Statement[0] allows sts:AssumeRoleWithWebIdentity.",
		},
		"the second one": {
			document: documentOf(other, allow), want: allowed,
			reason: "Statement[1] allows sts:AssumeRoleWithWebIdentity.",
		},
		"none": {
			document: documentOf(other), want: denied, reason: "No statement allows sts:AssumeRoleWithWebIdentity.",
		},
		"one that denies": {
			document: documentOf(allow, deny), want: denied,
			reason: "Statement[1] denies sts:AssumeRoleWithWebIdentity.",
		},
		"one that might deny": {
			document: documentOf(allow, denyDoubt), want: undetermined,
			reason: "The decision on sts:AssumeRoleWithWebIdentity depends on aws:SourceIp.",
		},
		"one that denies another token": {
			document: documentOf(denyOther, allow), want: allowed,
			reason: "Statement[1] allows sts:AssumeRoleWithWebIdentity.",
		},
		"one that might allow": {
			document: documentOf(doubt), want: undetermined,
			reason: "The decision on sts:AssumeRoleWithWebIdentity depends on aws:SourceIp.",
		},
		"one that might allow and one that does": {
			document: documentOf(doubt, allow), want: allowed,
			reason: "Statement[1] allows sts:AssumeRoleWithWebIdentity.",
		},
		"one that might deny, and none that allows": {
			document: documentOf(denyDoubt, other), want: denied,
			reason: "No statement allows sts:AssumeRoleWithWebIdentity.",
		},
		"a Sid": {
			document: good, want: allowed, reason: "Statement[0] (Main) allows sts:AssumeRoleWithWebIdentity.",
		},
		"everyone":        {document: documentOf(principal(`"*"`)), want: allowed},
		"every account":   {document: documentOf(principal(`{"AWS": "*"}`)), want: allowed},
		"the account":     {document: documentOf(principal(`{"AWS": "111122223333"}`)), want: denied},
		"another issuer":  {document: documentOf(principal(`{"Federated": "www.amazon.com"}`)), want: denied},
		"a SAML provider": {document: documentOf(strings.Replace(allow, "oidc-", "saml-", 1)), want: denied},
		"several issuers": {
			document: documentOf(principal(`{"Federated": ["www.amazon.com", "` + gitHubProvider + `"]}`)),
			want:     allowed,
		},
		"the issuer with a slash": {
			document: documentOf(strings.Replace(allow, "githubusercontent.com", "githubusercontent.com/", 1)),
			want:     denied,
		},
		"providers of several accounts": {
			document: documentOf(allow, strings.Replace(other, "111122223333", "222233334444", 1)), want: undetermined,
			reason: "The decision on sts:AssumeRoleWithWebIdentity depends on the principal.",
		},
		"every action":        {document: documentOf(action(`"Action": "*"`)), want: allowed},
		"every action of STS": {document: documentOf(action(`"Action": ["sts:*"]`)), want: allowed},
		"the action in another case": {
			document: documentOf(action(`"Action": "STS:assumerolewith*identity"`)), want: allowed,
		},
		"another action":              {document: documentOf(action(`"Action": "sts:AssumeRole"`)), want: denied},
		"all actions except another":  {document: documentOf(action(`"NotAction": "sts:AssumeRole"`)), want: allowed},
		"all actions except this one": {document: documentOf(action(`"NotAction": ["sts:Assume*"]`)), want: denied},
		"variables of the older version": {
			document: strings.Replace(documentOf(statementOf(`"StringEquals": {"GH:actor": "${GH:actor}"}`)),
				"2012-10-17", "2008-10-17", 1),
			want: denied,
		},
		"variables without a version": {
			document: strings.Replace(documentOf(statementOf(`"StringEquals": {"GH:actor": "${GH:actor}"}`)),
				`"Version": "2012-10-17",`, "", 1),
			want: denied,
		},
	} {
		decision := parsed(t, test.document).Evaluate(request(nil))
		if decision.Outcome != test.want || test.reason != "" && decision.Reason != test.reason {
			t.Errorf("%s: got %s, want %s; the reason is %q", name, decision.Outcome, test.want, decision.Reason)
		}
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	document := documentOf(statementOf(`"StringEquals": {"GH:repository_id": "42"}`))
	for name, test := range map[string]struct {
		document string
		role     trustpolicy.Role
		want     trustpolicy.Outcome
	}{
		"the account of the principal": {
			document: document, role: trustpolicy.Role{Partition: "aws", AccountID: "111122223333"}, want: allowed,
		},
		"another account": {
			document: document, role: trustpolicy.Role{Partition: "aws", AccountID: "222233334444"}, want: denied,
		},
		"another partition": {
			document: document, role: trustpolicy.Role{Partition: "aws-cn", AccountID: "111122223333"}, want: denied,
		},
		"a partition without the key": {
			document: strings.Replace(document, "arn:aws:", "arn:aws-cn:", 1), want: denied,
		},
		"a partition with the subject": {
			document: strings.Replace(good, "arn:aws:", "arn:aws-cn:", 1), want: allowed,
		},
	} {
		known := request(nil)
		known.Role = test.role
		if got := parsed(t, test.document).Evaluate(known); got.Outcome != test.want {
			t.Errorf("%s: got %s, want %s: %q", name, got.Outcome, test.want, got.Statements[0].Failures)
		}
	}
}

// TestKeys compares a condition on a claim of each issuer, with a token of the issuer that has the claim.
func TestKeys(t *testing.T) {
	t.Parallel()
	const (
		google  = "https://accounts.google.com"
		cognito = "https://cognito-identity.amazonaws.com"
	)
	for name, test := range map[string]struct {
		issuer string
		claims map[string]any
		key    string
		value  string
		want   trustpolicy.Outcome
	}{
		"aud":          {claims: map[string]any{"aud": "a"}, key: "aud", value: "a", want: allowed},
		"aud with azp": {claims: map[string]any{"aud": "a", "azp": "b"}, key: "aud", value: "a", want: denied},
		"azp as aud":   {claims: map[string]any{"aud": "a", "azp": "b"}, key: "aud", value: "b", want: allowed},
		"oaud": {
			claims: map[string]any{"aud": "a", "azp": "b"}, key: "oaud", value: "a", want: allowed,
		},
		"one of two audiences": {
			claims: map[string]any{"aud": []any{"a", "b"}}, key: "aud", value: "a", want: undetermined,
		},
		"none of two audiences": {
			claims: map[string]any{"aud": []any{"a", "b"}}, key: "aud", value: "c", want: denied,
		},
		"an audience in a list": {claims: map[string]any{"aud": []any{"a"}}, key: "aud", value: "a", want: allowed},
		"azp isn't a key":       {claims: map[string]any{"azp": "b"}, key: "azp", value: "b", want: denied},
		"iss isn't a key":       {key: "iss", value: "https://token.actions.githubusercontent.com", want: denied},
		"a number as a subject": {
			claims: map[string]any{"sub": json.Number("1")}, key: "sub", value: "1", want: undetermined,
		},
		"GitHub's owner": {
			claims: map[string]any{"repository_owner_id": "1"}, key: "repository_owner_id", value: "1", want: allowed,
		},
		"a key of GitHub in other letters": {
			claims: map[string]any{"job_workflow_ref": "a"}, key: "Job_Workflow_Ref", value: "a", want: allowed,
		},
		"GitHub's runner isn't a key": {
			claims: map[string]any{"runner_environment": "a"}, key: "runner_environment", value: "a", want: denied,
		},
		"an enterprise": {
			issuer: "https://token.actions.githubusercontent.com/acme", claims: map[string]any{"actor": "a"},
			key:   "actor",
			value: "a", want: allowed,
		},
		"an enterprise with data residency": {
			issuer: "https://token.actions.acme.ghe.com", claims: map[string]any{"actor": "a"}, key: "actor",
			value: "a",
			want:  allowed,
		},
		"a server of GitHub": {
			issuer: "https://ghes.example.com/_services/token", claims: map[string]any{"actor": "a"}, key: "actor",
			value: "a",
			want:  denied,
		},
		"GitLab.com": {
			issuer: "https://gitlab.com", claims: map[string]any{"project_id": "1"}, key: "project_id", value: "1",
			want: allowed,
		},
		"a server of GitLab": {
			issuer: "https://gitlab.example.com", claims: map[string]any{"project_id": "1"}, key: "project_id",
			value: "1",
			want:  denied,
		},
		"GitLab's path isn't a key": {
			issuer: "https://gitlab.com", claims: map[string]any{"project_path": "a"}, key: "project_path", value: "a",
			want: denied,
		},
		"Buildkite": {
			issuer: "https://agent.buildkite.com", claims: map[string]any{"pipeline_id": "1"}, key: "pipeline_id",
			value: "1",
			want:  allowed,
		},
		"CircleCI": {
			issuer: "https://oidc.circleci.com/org/1", claims: map[string]any{"oidc.circleci.com/project-id": "1"},
			key: "oidc.circleci.com/project-id", value: "1", want: allowed,
		},
		"Oracle Cloud": {
			issuer: "https://idcs-1.identity.oraclecloud.com", claims: map[string]any{"rpst_id": "1"}, key: "rpst_id",
			value: "1", want: allowed,
		},
		"Google's azp": {
			issuer: google, claims: map[string]any{"azp": "1"}, key: "aud", value: "1", want: allowed,
		},
		"Google's aud": {
			issuer: google, claims: map[string]any{"azp": "1", "aud": "a"}, key: "oaud", value: "a", want: allowed,
		},
		"Google's organization": {
			issuer: google, claims: map[string]any{"google:organization_number": json.Number("1")},
			key: "google/organization_number", value: "1", want: allowed,
		},
		"Google's organization in an object": {
			issuer: google, claims: map[string]any{"google": map[string]any{"organization_number": json.Number("1")}},
			key: "google/organization_number", value: "1", want: undetermined,
		},
		"Cognito's aud": {
			issuer: cognito, claims: map[string]any{"azp": "1", "aud": "a"}, key: "aud", value: "a", want: allowed,
		},
		"Cognito in China": {
			issuer: "https://cognito-identity.cn-north-1.amazonaws.com.cn",
			claims: map[string]any{"aud": "a", "azp": "1"},
			key:    "aud", value: "a", want: allowed,
		},
		"Cognito's email isn't a key": {
			issuer: cognito, claims: map[string]any{"email": "a"}, key: "email", value: "a", want: denied,
		},
		"Amazon's user": {
			issuer: "https://www.amazon.com", claims: map[string]any{"user_id": "1"}, key: "user_id", value: "1",
			want: allowed,
		},
		"Facebook's application": {
			issuer: "https://graph.facebook.com", claims: map[string]any{"app_id": "1"}, key: "app_id", value: "1",
			want: allowed,
		},
		"a key of other issuers": {
			issuer: "https://graph.facebook.com", claims: map[string]any{"sub": "1"}, key: "sub", value: "1",
			want: denied,
		},
	} {
		changes := maps.Clone(test.claims)
		if changes == nil {
			changes = map[string]any{}
		}
		if test.issuer != "" {
			changes["iss"] = test.issuer
		}
		asked := request(changes)
		principal := asked.Issuer.Principal(trustpolicy.Role{Partition: "aws", AccountID: "111122223333"})
		document := documentOf(`{"Effect": "Allow", "Principal": {"Federated": "` + principal + `"}, "Action": "sts:*",
			"Condition": {"StringEquals": {"` + asked.Issuer.Key(test.key) + `": "` + test.value + `"}}}`)
		if got := parsed(t, document).Evaluate(asked); got.Outcome != test.want {
			t.Errorf("%s: got %s, want %s: %q", name, got.Outcome, test.want, got.Statements[0].Failures)
		}
	}
}

// TestFurtherActions checks that a token with session tags or a source identity needs further actions.
func TestFurtherActions(t *testing.T) {
	t.Parallel()
	tags := map[string]any{"https://aws.amazon.com/tags": map[string]any{
		"principal_tags": map[string]any{"Team": []any{"blue"}}, "transitive_tag_keys": []any{"Team"},
	}}
	otherTags := map[string]any{"https://aws.amazon.com/tags/principal_tags/team": "blue"}
	source := map[string]any{"https://aws.amazon.com/source_identity": "alice"}
	withActions := func(condition string) string {
		return documentOf(strings.Replace(statementOf(condition), `"sts:AssumeRoleWithWebIdentity"`,
			`["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]`, 1))
	}
	for name, test := range map[string]struct {
		document string
		claims   map[string]any
		want     trustpolicy.Outcome
		reason   string
	}{
		"tags without the action": {
			document: documentOf(statementOf(``)), claims: tags, want: denied,
			reason: "No statement allows sts:TagSession.",
		},
		"a source identity without the action": {
			document: documentOf(statementOf(``)), claims: source, want: denied,
			reason: "No statement allows sts:SetSourceIdentity.",
		},
		"tags": {
			document: withActions(`"StringEquals": {"aws:RequestTag/team": "blue", "aws:TagKeys": "Team",
				"sts:TransitiveTagKeys": "Team"}`), claims: tags, want: allowed,
			reason: "Statement[0] allows sts:AssumeRoleWithWebIdentity.",
		},
		"a tag in a claim of its own": {
			document: withActions(`"StringEquals": {"aws:RequestTag/Team": "blue"}`), claims: otherTags, want: allowed,
			reason: "Statement[0] allows sts:AssumeRoleWithWebIdentity.",
		},
		"another tag": {
			document: withActions(`"StringEquals": {"aws:RequestTag/Team": "red"}`), claims: tags, want: denied,
			reason: "No statement allows sts:AssumeRoleWithWebIdentity.",
		},
		"a source identity": {
			document: withActions(`"StringEquals": {"sts:SourceIdentity": "alice"}`), claims: source, want: allowed,
			reason: "Statement[0] allows sts:AssumeRoleWithWebIdentity.",
		},
	} {
		decision := parsed(t, test.document).Evaluate(request(test.claims))
		if decision.Outcome != test.want || decision.Reason != test.reason {
			t.Errorf("%s: got %s, want %s; the reason is %q", name, decision.Outcome, test.want, decision.Reason)
		}
	}
}

// TestFailures checks the sentences. Each statement has one failure.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		statement    string
		claims       map[string]any
		want         string
		undetermined bool
	}{
		"the principal": {
			statement: strings.Replace(statementOf(``), gitHubProvider, "www.amazon.com", 1),
			want: "The principal is www.amazon.com, and the token's issuer is " +
				"token.actions.githubusercontent.com.",
		},
		"the action": {
			statement: strings.Replace(statementOf(``), `"sts:AssumeRoleWithWebIdentity"`, `["sts:AssumeRole", "sts:Tag*"]`, 1),
			want:      "The action is sts:AssumeRole or sts:Tag*, and the token needs sts:AssumeRoleWithWebIdentity.",
		},
		"NotAction": {
			statement: strings.Replace(statementOf(``), `"Action"`, `"NotAction"`, 1),
			want: "The statement is for every action except sts:AssumeRoleWithWebIdentity, and the token needs " +
				"sts:AssumeRoleWithWebIdentity.",
		},
		"another value": {
			statement: statementOf(`"StringEquals": {"GH:sub": ["a", "b"]}`),
			want:      `StringEquals requires that GH:sub is "a" or "b". The token has "repo:o/r:environment:prod".`,
		},
		"a wildcard": {
			statement: statementOf(`"StringEquals": {"GH:sub": "repo:o/r:*"}`),
			want: `StringEquals requires that GH:sub is "repo:o/r:*". The token has "repo:o/r:environment:prod". ` +
				`StringEquals compares * and ? as characters. Use StringLike for wildcards.`,
		},
		"another case": {
			statement: statementOf(`"StringLike": {"GH:sub": "Repo:o/r:*"}`),
			want: `StringLike requires that GH:sub matches "Repo:o/r:*". The token has "repo:o/r:environment:prod". ` +
				`The comparison is case-sensitive.`,
		},
		"a claim that isn't there": {
			statement: statementOf(`"StringEquals": {"GH:environment": "prod"}`),
			want:      `StringEquals requires that GH:environment is "prod". The token has no claim environment.`,
		},
		"a claim that isn't a key": {
			statement: statementOf(`"StringEquals": {"GH:run_id": "7"}`),
			want: `StringEquals requires that GH:run_id is "7". IAM has no condition key run_id for the issuer ` +
				`token.actions.githubusercontent.com. It has actor, actor_id, amr, aud, email, enterprise_id, environment, ` +
				`job_workflow_ref, oaud, ref, repository, repository_id, repository_owner_id, sub, workflow.`,
		},
		"a key that the partition doesn't have": {
			statement: strings.Replace(statementOf(`"StringEquals": {"GH:repository_id": "42"}`), "arn:aws:", "arn:aws-cn:", 1),
			want: `StringEquals requires that GH:repository_id is "42". IAM has no condition key repository_id for the issuer ` +
				`token.actions.githubusercontent.com in the partition aws-cn. It has amr, aud, email, oaud, sub.`,
		},
		"a key of another issuer": {
			statement: statementOf(`"StringEquals": {"gitlab.com:sub": "a"}`),
			want: `StringEquals requires that gitlab.com:sub is "a". The token's issuer is ` +
				`token.actions.githubusercontent.com.`,
		},
		"a scheme": {
			statement: statementOf(`"StringEquals": {"https://GH:sub": "a"}`),
			want:      `StringEquals requires that https://GH:sub is "a". A condition key starts with the issuer without https://.`,
		},
		"a tag": {
			statement: statementOf(`"StringEquals": {"aws:RequestTag/a": "b"}`),
			want:      `StringEquals requires that aws:RequestTag/a is "b". The token doesn't request a value for it.`,
		},
		"any value": {
			statement: statementOf(`"ForAnyValue:StringLike": {"GH:amr": "x"}`),
			want: `ForAnyValue:StringLike requires that a value of GH:amr matches "x". ` +
				`The token has "authenticated" and "cognito".`,
		},
		"all values": {
			statement: statementOf(`"ForAllValues:StringNotEquals": {"GH:amr": "cognito"}`),
			want: `ForAllValues:StringNotEquals requires that every value of GH:amr isn't "cognito". ` +
				`The token has "authenticated" and "cognito".`,
		},
		"no set operator": {
			statement: statementOf(`"StringEquals": {"GH:amr": "cognito"}`),
			want: `StringEquals requires that GH:amr is "cognito". The token has "authenticated" and "cognito". ` +
				`Add ForAnyValue: or ForAllValues: to the operator, because the key has several values.`,
			undetermined: true,
		},
		"Null": {
			statement: statementOf(`"Null": {"GH:sub": "true"}`),
			want:      `Null requires that the request doesn't have GH:sub. The token has "repo:o/r:environment:prod".`,
		},
		"not Null": {
			statement: statementOf(`"Null": {"GH:environment": "false"}`),
			want:      `Null requires that the request has GH:environment. The token has no claim environment.`,
		},
		"a key of the call": {
			statement: statementOf(`"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}`),
			want: `IpAddress requires that aws:SourceIp is in "10.0.0.0/8". The token doesn't have its value, which depends ` +
				`on the call or on the role.`,
			undetermined: true,
		},
		"a variable": {
			statement: statementOf(`"StringEquals": {"GH:sub": "${GH:environment}"}`),
			want: `StringEquals requires that GH:sub is "${GH:environment}". The token has "repo:o/r:environment:prod". ` +
				`A policy variable in the condition has no known value.`,
		},
		"two audiences": {
			statement: statementOf(`"StringEquals": {"GH:aud": "a"}`), claims: map[string]any{"aud": []any{"a", "b"}},
			want: `StringEquals requires that GH:aud is "a". The token has "a" and "b". ` +
				`IAM uses the one that is an audience of the provider.`,
			undetermined: true,
		},
		"a variable with two audiences": {
			statement: statementOf(`"StringEquals": {"GH:actor": "${GH:aud}"}`),
			claims:    map[string]any{"aud": []any{"a", "b"}},
			want: `StringEquals requires that GH:actor is "${GH:aud}". The token has "a*b". ` +
				`A policy variable in the condition has no known value.`,
			undetermined: true,
		},
		"a claim of another type": {
			statement: statementOf(`"StringEquals": {"GH:sub": "1"}`), claims: map[string]any{"sub": true},
			want: `StringEquals requires that GH:sub is "1". The token's claim sub isn't a string, and the documentation of ` +
				`AWS doesn't say how IAM compares it.`,
			undetermined: true,
		},
	} {
		result := parsed(t, documentOf(test.statement)).Evaluate(request(test.claims)).Statements[0]
		want := strings.ReplaceAll(test.want, "GH:", "token.actions.githubusercontent.com:")
		if len(result.Failures) != 1 || result.Failures[0] != want {
			t.Errorf("%s:\ngot  %q\nwant %q", name, result.Failures, want)
		}
		if isUndetermined := result.Matches == nil; isUndetermined != test.undetermined {
			t.Errorf("%s: undetermined: %v", name, isUndetermined)
		}
	}
}

// TestServicePrincipal checks that a service with the name of a built-in issuer isn't that issuer.
func TestServicePrincipal(t *testing.T) {
	t.Parallel()
	policy := documentOf(`{"Effect": "Allow", "Principal": {"Service": "accounts.google.com"},
		"Action": "sts:AssumeRoleWithWebIdentity"}`)
	decision := parsed(t, policy).Evaluate(trustpolicy.Request{
		Issuer: trustpolicy.Google, Claims: map[string]any{"aud": "a", "sub": "1"},
	})
	if decision.Outcome != trustpolicy.Denied {
		t.Errorf("got %+v", decision)
	}
}

// TestARNHint checks that an ARN operator isn't explained with the case of the value.
func TestARNHint(t *testing.T) {
	t.Parallel()
	policy := policyOf(gitHub, `"ArnLike": {"ISS:sub": "repo:o/r:*"}`)
	decision := parsed(t, policy).Evaluate(trustpolicy.Request{
		Issuer: gitHub, Claims: map[string]any{"sub": "repo:o/r:environment:prod"},
	})
	if text := fmt.Sprint(
		decision,
	); decision.Outcome != trustpolicy.Denied ||
		strings.Contains(text, "case-sensitive") {
		t.Error(text)
	}
}

// TestTagsThatDifferInCase checks that the decision doesn't depend on which of two tags is read last.
func TestTagsThatDifferInCase(t *testing.T) {
	t.Parallel()
	policy := parsed(t, strings.Replace(policyOf(gitHub, `"StringEquals": {"aws:RequestTag/team": "a"}`),
		`"sts:AssumeRoleWithWebIdentity"`, `["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]`, 1))
	for range 50 {
		decision := policy.Evaluate(trustpolicy.Request{Issuer: gitHub, Claims: map[string]any{
			"https://aws.amazon.com/tags": map[string]any{
				"principal_tags": map[string]any{"Team": []any{"a"}, "team": []any{"b"}},
			},
		}})
		if decision.Outcome != trustpolicy.Undetermined {
			t.Fatalf("got %+v", decision)
		}
	}
}

// TestUnknownParty checks that an azp that isn't a string doesn't make the audience decide.
func TestUnknownParty(t *testing.T) {
	t.Parallel()
	policy := parsed(t, policyOf(gitHub, `"StringEquals": {"ISS:aud": "sts.amazonaws.com"}`))
	decision := policy.Evaluate(trustpolicy.Request{
		Issuer: gitHub, Claims: map[string]any{"aud": "sts.amazonaws.com", "azp": json.Number("5")},
	})
	if decision.Outcome != trustpolicy.Undetermined {
		t.Errorf("got %+v", decision)
	}
}

// TestTagWithColon checks that a tag whose key has a colon isn't explained as a key of another issuer.
func TestTagWithColon(t *testing.T) {
	t.Parallel()
	policy := policyOf(gitHub, `"StringEquals": {"aws:RequestTag/example.com:team": "a"}`)
	decision := parsed(t, policy).Evaluate(trustpolicy.Request{Issuer: gitHub, Claims: map[string]any{"sub": "a"}})
	if text := fmt.Sprint(decision); !strings.Contains(text, "The token doesn't request a value for it.") {
		t.Error(text)
	}
}
