package trustpolicy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// policyOf is a policy with one statement. ISS in the conditions is the issuer.
func policyOf(issuer, conditions string) string {
	principal := trustpolicy.Issuer(issuer).Principal(trustpolicy.Role{Partition: "aws", AccountID: "111122223333"})
	return documentOf(fmt.Sprintf(`{"Effect": "Allow", "Principal": {"Federated": %q},
		"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {%s}}`, principal,
		strings.ReplaceAll(conditions, "ISS:", issuer+":")))
}

const (
	gitHub   = "token.actions.githubusercontent.com"
	gitLab   = "gitlab.com"
	google   = "accounts.google.com"
	cognito  = "cognito-identity.amazonaws.com"
	amazon   = "www.amazon.com"
	cluster  = "oidc.eks.us-east-1.amazonaws.com/id/ABC"
	circleCI = "oidc.circleci.com/org/00000000-0000-0000-0000-000000000001"
	kite     = "agent.buildkite.com"
)

// TestFindings has policies with each mistake, and policies that look like it and are right.
func TestFindings(t *testing.T) {
	t.Parallel()
	const (
		audience = `"StringEquals": {"ISS:aud": "sts.amazonaws.com"}`
		id       = `"StringEquals": {"ISS:aud": "sts.amazonaws.com", "ISS:repository_id": "42"}`
		subject  = `"StringEquals": {"ISS:aud": "sts.amazonaws.com", "ISS:repository_id": "42", ` +
			`"ISS:sub": "repo:o/r:environment:prod"}`
		account = `"StringEquals": {"ISS:aud": "sts.amazonaws.com", "ISS:sub": "system:serviceaccount:ns:app"}`
	)
	with := func(conditions, old, replacement string) string {
		if !strings.Contains(conditions, old) {
			t.Fatalf("%s has no %s", conditions, old)
		}
		return strings.Replace(conditions, old, replacement, 1)
	}
	like := func(pattern string) string { return audience + `, "StringLike": {"ISS:sub": "` + pattern + `"}` }
	wrongAction := func(action string) string {
		return strings.Replace(policyOf(gitHub, subject), "sts:AssumeRoleWithWebIdentity", action, 1)
	}
	tests := map[string]struct{ found, notFound []string }{
		"unknown-condition-key": {
			found: []string{
				policyOf(gitHub, subject+`, "StringLike": {"ISS:runner_environment": "github-hosted"}`),
				policyOf(gitHub, subject+`, "StringNotLike": {"ISS:iss": "a"}`),
				policyOf(cluster, account+`, "StringLike": {"ISS:repository_id": "42"}`),
				strings.Replace(policyOf(gitHub, subject), "arn:aws:", "arn:aws-cn:", 1),
			},
			notFound: []string{
				policyOf(gitHub, subject), policyOf(gitHub, subject+`, "StringLike": {"ISS:Actor_ID": "42"}`),
				policyOf(gitHub, subject+`, "StringLike": {"aws:SourceIp": "1"}`),
			},
		},
		"scheme-in-condition-key": {
			found:    []string{policyOf(gitHub, subject+`, "StringLike": {"https://ISS:sub": "repo:o/r:*"}`)},
			notFound: []string{policyOf(gitHub, subject)},
		},
		"issuer-mismatch": {
			found: []string{
				policyOf(gitHub, subject+`, "StringLike": {"gitlab.com:sub": "a"}`),
				policyOf(gitHub, audience+`, "StringLike": {"github:sub": "repo:o/r:*"}`),
				policyOf(gitHub, subject+`, "StringLike": {"token.actions.githubusercontent.com/:sub": "a"}`),
				strings.Replace(policyOf(cluster, subject), "/id/ABC", "/id/ABC/", 1),
				strings.Replace(
					policyOf(gitHub, subject+`, "StringLike": {"gitlab.com:sub": "a"}`),
					`"`+gitHubProvider+`"`,
					`["`+gitHubProvider+`", "arn:aws:iam::111122223333:oidc-provider/gitlab.com"]`, 1,
				),
			},
			notFound: []string{
				policyOf(gitHub, subject), policyOf(gitHub, subject+`, "StringNotLike": {"gitlab.com:sub": "a"}`),
				policyOf(gitHub, subject+`, "StringLike": {"aws:SourceArn": "a", "sts:RoleSessionName": "b"}`),
				policyOf(gitHub, subject+`, "StringLike": {"aws:RequestTag/example.com:team": "a"}`),
				policyOf(circleCI, audience+`, "StringLike": {"ISS:oidc.circleci.com/project-id": "1"}`),
				strings.Replace(policyOf(gitHub, subject), `"`+gitHubProvider+`"`,
					`["`+gitHubProvider+`", "arn:aws:iam::111122223333:oidc-provider/gitlab.com"]`, 1),
			},
		},
		"wrong-action": {
			found: []string{
				wrongAction("sts:AssumeRole"), wrongAction("sts:AssumeRoleWithWebIdentty"),
				strings.Replace(wrongAction("sts:*"), `"Action"`, `"NotAction"`, 1),
			},
			notFound: []string{
				wrongAction("sts:*"), wrongAction("sts:TagSession"), wrongAction("sts:SetSourceIdentity"),
				strings.Replace(wrongAction("sts:AssumeRole"), `"`+gitHubProvider+`"`,
					`"arn:aws:iam::111122223333:saml-provider/Okta"`, 1),
			},
		},
		"wildcard-under-equals": {
			found: []string{
				policyOf(gitHub, with(subject, "environment:prod", "*")),
				policyOf(gitHub, with(subject, "prod", "pro?")),
			},
			notFound: []string{
				policyOf(gitHub, with(subject, "prod", "pr${*}d${?}")),
				policyOf(gitHub, like("repo:o/r:environment:prod")),
			},
		},
		"arn-operator": {
			found:    []string{policyOf(gitHub, audience+`, "ArnLike": {"ISS:sub": "repo:o/r:*"}`)},
			notFound: []string{policyOf(gitHub, subject+`, "ArnLike": {"aws:SourceArn": "a"}`)},
		},
		"variable-without-version": {
			found: []string{strings.Replace(
				policyOf(gitHub, subject+`, "StringEqualsIfExists": {"sts:RoleSessionName": "${ISS:actor}"}`),
				"2012-10-17", "2008-10-17", 1,
			)},
			notFound: []string{
				policyOf(gitHub, subject+`, "StringEqualsIfExists": {"sts:RoleSessionName": "${ISS:actor}"}`),
				strings.Replace(policyOf(gitHub, subject), "2012-10-17", "2008-10-17", 1),
			},
		},
		"mistyped-audience": {
			found: []string{
				policyOf(gitHub, with(subject, "sts.amazonaws.com", "sts.amazon.com")),
				policyOf(cluster, with(account, "sts.amazonaws.com", "https://sts.amazonaws.com")),
			},
			notFound: []string{
				policyOf(gitHub, subject), policyOf(gitHub, with(subject, "sts.amazonaws.com", "sts.amazonaws.com.cn")),
				policyOf(gitHub, with(subject, "sts.amazonaws.com", "https://github.com/o")),
			},
		},
		"public-principal": {
			found: []string{
				strings.Replace(policyOf(gitHub, subject), `{"Federated": "`+gitHubProvider+`"}`, `"*"`, 1),
				strings.Replace(policyOf(gitHub, subject), `{"Federated": "`+gitHubProvider+`"}`, `{"AWS": "*"}`, 1),
			},
			notFound: []string{
				policyOf(gitHub, subject),
				strings.Replace(
					strings.Replace(policyOf(gitHub, subject), `{"Federated": "`+gitHubProvider+`"}`, `"*"`, 1),
					"Allow",
					"Deny",
					1,
				),
			},
		},
		"no-subject-condition": {
			found: []string{
				policyOf(gitHub, audience), policyOf(gitHub, like("*")), policyOf(gitHub, like("??*")),
				policyOf(gitHub, audience+`, "StringNotEquals": {"ISS:sub": "repo:o/r:pull_request"}`),
				policyOf(gitHub, audience+`, "StringNotLike": {"ISS:repository": "o/*"}`),
				policyOf(gitHub, audience+`, "Null": {"ISS:sub": "false"}`),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:sub": ["repo:o/r:environment:prod", "*"]}`),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:ref": "refs/heads/main"}`),
				policyOf(google, audience), policyOf(cluster, audience),
			},
			notFound: []string{
				policyOf(gitHub, subject), policyOf(gitHub, id), policyOf(cluster, account), policyOf(cognito, ``),
				policyOf(amazon, ``),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:repository_owner_id": "7"}`),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:subject": "repo:o/r:environment:prod"}`),
				policyOf(gitHub, audience+`, "StringLike": {"https://ISS:sub": "repo:o/r:environment:prod"}`),
				policyOf(gitHub, audience+`, "StringLike": {"gitlab.com:sub": "repo:o/r:environment:prod"}`),
				policyOf(gitHub, audience+`, "StringLike": {"github:sub": "repo:o/r:environment:prod"}`),
				policyOf(gitHub, `"ForAllValues:StringLike": {"ISS:sub": "repo:o/r:*"}, "Null": {"ISS:sub": "false"}`),
				strings.Replace(policyOf(gitHub, audience), "Allow", "Deny", 1), wrongAction("sts:TagSession"),
			},
		},
		"wildcard-over-organization": {
			found: []string{
				policyOf(gitHub, like("repo:*")), policyOf(gitHub, like("repo:o/*")),
				policyOf(gitHub, like("repo:o/r*")),
				policyOf(gitHub, like("repo:o@1/*:ref:refs/heads/main")), policyOf(gitHub, like("r*")),
				policyOf(gitHub, like("*:environment:prod")),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:repository": "o/*"}`),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:repository_owner_id": "7"}`),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:sub": "repo:*", "ISS:repository_id": "1*"}`),
				policyOf(gitHub, like("environment:prod")), policyOf(gitHub, like("repository_owner:o")),
				policyOf(gitHub, like("job_workflow_ref:o/r/.github/workflows/a.yml@refs/heads/main")),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:sub": "repo:${ISS:repository}:environment:prod"}`),
				policyOf(gitLab, like("project_path:g/*")), policyOf(cluster, like("system:serviceaccount:ns:*")),
				policyOf(cluster, like("system:serviceaccount:*:app")), policyOf(circleCI, like("org/1/*")),
				policyOf(kite, like("organization:o:*")),
				policyOf("app.terraform.io", like("organization:o:project:p:workspace:*:run_phase:apply")),
			},
			notFound: []string{
				policyOf(gitHub, subject), policyOf(gitHub, like("*")), policyOf(gitHub, like("repo:o/r:*")),
				policyOf(gitHub, like("environment:prod:repository:o/r")), policyOf(gitLab, like("environment:prod")),
				policyOf(gitHub, id+`, "StringLike": `+
					`{"ISS:sub": "repo:*:environment:prod"}`),
				policyOf(gitLab, like("project_path:g/p:ref_type:branch:ref:*")), policyOf(cluster, account),
				policyOf(circleCI, like("org/1/project/2/user/*")), policyOf("issuer.example.com", like("user-*")),
				policyOf("app.terraform.io", like("organization:o:project:p:workspace:w:run_phase:*")),
			},
		},
		"for-all-values": {
			found: []string{
				policyOf(gitHub, subject+`, "ForAllValues:StringEquals": {"ISS:actor_id": "7"}`),
				policyOf(cognito, `"ForAllValues:StringLike": {"ISS:amr": "authenticated"}`),
			},
			notFound: []string{
				policyOf(gitHub, subject+`, "ForAnyValue:StringEquals": {"ISS:amr": "a"}`),
				policyOf(gitHub, subject+`, "ForAllValues:StringEquals": {"aws:TagKeys": "a"}`),
				policyOf(gitHub, subject+`, "ForAllValues:StringEquals": {"ISS:amr": "a"}, "Null": {"ISS:amr": false}`),
				strings.Replace(policyOf(gitHub, `"ForAllValues:StringEquals": {"ISS:amr": "a"}`), "Allow", "Deny", 1),
			},
		},
		"if-exists": {
			found: []string{
				policyOf(gitHub, subject+`, "StringEqualsIfExists": {"ISS:environment": "prod"}`),
				policyOf(gitHub, with(subject, "StringEquals", "StringEqualsIfExists")),
			},
			notFound: []string{
				policyOf(gitHub, subject),
				policyOf(gitHub, subject+`, "BoolIfExists": {"aws:SecureTransport": "true"}`),
				policyOf(gitHub, subject+`, "StringEqualsIfExists": {"ISS:ref": "a"}, "Null": {"ISS:ref": "false"}`),
			},
		},
		"built-in-no-audience": {
			found: []string{
				policyOf(google, `"StringEquals": {"ISS:sub": "1"}`),
				policyOf(amazon, `"StringEquals": {"ISS:user_id": "1"}`),
				policyOf(google, `"StringLike": {"ISS:sub": "1", "ISS:aud": "*.apps.googleusercontent.com"}`),
			},
			notFound: []string{
				policyOf(google, `"StringEquals": {"ISS:sub": "1", "ISS:oaud": "a"}`),
				policyOf(google, `"StringEquals": {"ISS:sub": "1", "ISS:aud": "a"}`),
				policyOf(amazon, `"StringEquals": {"ISS:app_id": "1"}`), policyOf(cluster, ``),
			},
		},
		"cognito-no-audience": {
			found: []string{
				policyOf(cognito, `"ForAnyValue:StringLike": {"ISS:amr": "authenticated"}`),
				policyOf(cognito, `"StringLike": {"ISS:aud": "us-east-1:*"}`),
			},
			notFound: []string{policyOf(cognito, `"StringEquals": {"ISS:aud": "us-east-1:1"}`), policyOf(gitHub, ``)},
		},
		"no-audience-condition": {
			found: []string{
				policyOf(gitHub, `"StringEquals": {"ISS:repository_id": "42", "ISS:sub": "repo:o/r:environment:prod"}`),
				policyOf(gitHub, `"StringLike": {"ISS:aud": "*"}`),
				policyOf(cluster, `"StringNotLike": {"ISS:aud": "a"}`),
			},
			notFound: []string{policyOf(gitHub, subject), policyOf(gitHub, with(subject, "ISS:aud", "ISS:oaud"))},
		},
		"wildcard-over-refs": {
			found: []string{
				policyOf(gitHub, like("repo:o/r:*")), policyOf(gitHub, like("repo:o@1/r@2:*")), policyOf(gitHub, id),
				policyOf(gitHub, like("repo:o/r:ref:refs/heads/*")), policyOf(gitHub, like("repo:o/r:environment:*")),
				policyOf(gitLab, like("project_path:g/p:*")),
				policyOf(circleCI, like("org/1/project/2/user/*")),
				policyOf(gitHub, id+`, "StringLike": {"ISS:ref": "refs/heads/*"}`),
				policyOf("api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc", like("{1}:*")),
			},
			notFound: []string{
				policyOf(gitHub, subject), policyOf(gitHub, like("repo:o/r:ref:refs/heads/release-*")),
				policyOf(gitHub, id+`, "StringLike": {"ISS:ref": "refs/heads/main"}`),
				policyOf(gitHub, like("repo:o/r:*")+`, "StringEqualsIgnoreCase": {"ISS:environment": "prod"}`),
				policyOf(cluster, account),
			},
		},
		"pull-requests": {
			found: []string{
				policyOf(gitHub, with(subject, "environment:prod", "pull_request")),
				policyOf(gitHub, like("repo:o/r:pull*")),
				policyOf(gitHub, like("repo:o/r:ref:refs/pull/*")),
			},
			notFound: []string{
				policyOf(gitHub, subject), policyOf(gitHub, like("repo:o/r:ref:refs/heads/pull*")),
				policyOf(gitHub, like("repo:o/r:*")),
			},
		},
		"wildcard-before-end": {
			found: []string{
				policyOf(gitHub, like("repo:o/r:*:prod")),
				policyOf(circleCI, like("org/1/project/2/user/*/vcs-origin/a")),
			},
			notFound: []string{
				policyOf(gitHub, like("repo:o/r:environment:*")), policyOf(gitHub, like("repo:o/r:environment:pr?d")),
				policyOf(gitHub, like("repo:o/r:environment:pr${*}d")),
			},
		},
		"default-service-account": {
			found:    []string{policyOf(cluster, with(account, ":app", ":default"))},
			notFound: []string{policyOf(cluster, account), policyOf(cluster, with(account, ":ns:", ":default:"))},
		},
		"cognito-guests": {
			found: []string{
				policyOf(cognito, `"StringEquals": {"ISS:aud": "1"}`),
				policyOf(
					cognito,
					`"StringEquals": {"ISS:aud": "1"}, "ForAnyValue:StringLike": {"ISS:amr": "unauthenticated"}`,
				),
				policyOf(cognito, `"StringEquals": {"ISS:aud": "1"}, "ForAnyValue:StringLike": {"ISS:amr": "*"}`),
			},
			notFound: []string{
				policyOf(
					cognito,
					`"StringEquals": {"ISS:aud": "1"}, "ForAnyValue:StringLike": {"ISS:amr": "authenticated"}`,
				),
				policyOf(gitHub, subject),
			},
		},
		"names-without-ids": {
			found: []string{
				policyOf(gitHub, with(subject, `"ISS:repository_id": "42", `, "")),
				policyOf(gitHub, audience+`, "StringLike": {"ISS:repository": "o/r", "ISS:ref": "refs/heads/main"}`),
				policyOf(
					gitLab,
					with(account, "system:serviceaccount:ns:app", "project_path:g/p:ref_type:branch:ref:main"),
				),
			},
			notFound: []string{
				policyOf(gitHub, subject), policyOf(gitHub, like("repo:o@1/r@2:environment:prod")),
				policyOf(cluster, account),
				policyOf(gitHub, id), policyOf("ghes.example.com/_services/token", like("repo:o/r:environment:prod")),
			},
		},
	}
	for _, rule := range namesOf(trustpolicy.Rules()) {
		test := tests[rule]
		if len(test.found) == 0 || len(test.notFound) == 0 {
			t.Errorf("%s isn't tested", rule)
		}
		for _, document := range test.found {
			if !slices.Contains(namesOf(parsed(t, document).Findings()), rule) {
				t.Errorf("%s isn't found in\n%s", rule, document)
			}
		}
		for _, document := range test.notFound {
			if slices.Contains(namesOf(parsed(t, document).Findings()), rule) {
				t.Errorf("%s is found in\n%s", rule, document)
			}
		}
	}
}

func namesOf(findings []trustpolicy.Finding) []string {
	var names []string
	for _, finding := range findings {
		names = append(names, finding.Rule)
	}
	return names
}

// TestFinding checks everything that a finding has. A policy without mistakes has none.
func TestFinding(t *testing.T) {
	t.Parallel()
	document := replaced(
		t,
		`"StringEquals": {`,
		`"StringEqualsIfExists": {"token.actions.githubusercontent.com:ref": "a"},
		"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
		"token.actions.githubusercontent.com:repository_id": "42",`,
	)
	want := []trustpolicy.Finding{
		{
			Rule:      "if-exists",
			Severity:  trustpolicy.SeverityHigh,
			Statement: 0,
			Sid:       "Main",
			Message: `StringEqualsIfExists on token.actions.githubusercontent.com:ref with "a" also matches a token that ` +
				`doesn't have the claim.`,
			Fix: "Remove IfExists from the operator.",
			Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html" +
				"#Conditions_IfExists",
		},
	}
	if got := parsed(t, document).Findings(); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	right := strings.Replace(document, "IfExists", "", 1)
	right = strings.Replace(right, `"StringEquals": {"token.actions.githubusercontent.com:ref": "a"},`, "", 1)
	if got := parsed(t, right).Findings(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestRefs checks that a finding about a wildcard names only what the wildcard can match.
func TestRefs(t *testing.T) {
	t.Parallel()
	const audience = `"StringEquals": {"ISS:aud": "sts.amazonaws.com", "ISS:repository_id": "42"}`
	for subject, want := range map[string]string{
		"repo:o/r:ref:refs/heads/*": "matches every branch.",
		"repo:o/r:environment:*":    "matches every environment, and each branch can have one.",
		"repo:o/r:*":                "matches every branch and might match tags, environments, and pull requests, too.",
	} {
		findings := parsed(t, policyOf(gitHub, audience+`, "StringLike": {"ISS:sub": "`+subject+`"}`)).Findings()
		if len(findings) != 1 || !strings.HasSuffix(findings[0].Message, `"`+subject+`" `+want) {
			t.Errorf("%s: got %+v", subject, findings)
		}
	}
}

// TestMismatchedKey checks that a finding blames only the key that isn't the principal's.
func TestMismatchedKey(t *testing.T) {
	t.Parallel()
	findings := parsed(t, policyOf(gitHub, `"StringEquals": {"ISS:aud": "sts.amazonaws.com",
		"token.action.githubusercontent.com:sub": "repo:o/r:environment:prod"}`)).Findings()
	if len(findings) != 1 || !strings.Contains(findings[0].Message, " token.action.githubusercontent.com:sub ") {
		t.Errorf("got %+v", findings)
	}
}
