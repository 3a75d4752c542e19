package provider_test

import (
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

// hopRole is a role behind the one that trusts the token.
func hopRole(path string) string { return "arn:aws:iam::" + staging + ":role/" + path }

// hubRole is the role that the hops are called with.
const hubRole = "arn:aws:iam::" + production + ":role/ci/hub"

// throughHub are the arguments for a hop with further arguments.
func throughHub(path string, arguments ...string) []string {
	hop := "assume_role = [{\n    " + set("role_arn", hopRole(path))
	for _, argument := range arguments {
		hop += "\n    " + argument
	}
	return []string{set("role_arn", hubRole), hop + "\n  }]"}
}

// hopsAtAWS are the failures of hops, by the name of the block and its session.
var hopsAtAWS = map[string]failureCase{
	"hop_permission": {
		arguments: throughHub("other"), argument: "assume_role",
		summary: "The calling role lacks the permission sts:AssumeRole",
		says: []string{
			"because no identity-based policy allows the sts:AssumeRole action",
			`called by "` + hubRole + `"`,
			"Only if this is intended, add this statement to a permissions policy of \"" + hubRole + "\".",
			`"Resource": "` + hopRole("other") + `"`,
		},
	},
	"hop_trust": {
		arguments: throughHub("open/distrusting"), argument: "assume_role",
		summary: "The role's trust policy doesn't allow the calling role",
		says: []string{
			"because no role trust policy allows the sts:AssumeRole action",
			"Set assume_role[0].external_id to the value that the account's owner gave you.",
			`"Principal": { "AWS": "` + hubRole + `" }`,
		},
	},
	"hop_external_id": {
		arguments: throughHub("open/external", set("external_id", "acme-0815")), argument: "assume_role",
		summary: "The role's trust policy doesn't allow the calling role",
		says: []string{
			"The trust policy might require another external ID.", "Check assume_role[0].external_id.",
			`"sts:ExternalId": "acme-0815"`,
		},
	},
	"hop_without_reason": {
		arguments: throughHub("open/silent"), argument: "assume_role", summary: "STS denied the role chaining",
		says: []string{
			"add this statement to a permissions policy of", "add this statement to the trust policy of",
			"The role might not exist.",
		},
	},
	"hop_deny": {
		arguments: throughHub("open/denying"), argument: "assume_role",
		summary: "An explicit deny blocks the role chaining", says: []string{"A Deny statement in the trust policy"},
	},
	"hop_session_policy": {
		arguments: append(throughHub("open/trusting"), `policy = jsonencode({ Version = "2012-10-17", Statement = [{ `+
			`Effect = "Allow", Action = "s3:*", Resource = "*" }] })`),
		argument: "policy", summary: "A session policy doesn't allow the role chaining",
		says: []string{"add this statement to policy of the block."},
	},
	"hop_tags": {
		arguments: throughHub("plain/trusting", `tags = { team = "platform" }`), argument: "assume_role",
		summary: "A policy doesn't allow the session tags",
		says: []string{
			"because no identity-based policy allows the sts:TagSession action",
			"no permissions policy of the calling role allows sts:TagSession", `"aws:TagKeys": "team"`,
		},
	},
	"hop_tags_trust": {
		arguments: throughHub("open/plain", `tags = { team = "platform" }`), argument: "assume_role",
		summary: "A policy doesn't allow the session tags",
		says: []string{
			"because no role trust policy allows the sts:TagSession action", `"aws:TagKeys": "team"`,
		},
	},
	"hop_identity": {
		arguments: throughHub("open/plain", set("source_identity", "pipeline")), argument: "assume_role",
		summary: "A policy doesn't allow the source identity",
		says: []string{
			"because no role trust policy allows the sts:SetSourceIdentity action", `"sts:SourceIdentity": "pipeline"`,
		},
	},
	"hop_inherited_identity": {
		arguments: throughHub("plain/trusting"), token: "source", argument: "assume_role",
		summary: "A policy doesn't allow the source identity",
		says:    []string{"The session inherits a source identity", `"alice" (source identity, inherited)`},
	},
	"hop_other_identity": {
		arguments: throughHub("open/trusting", set("source_identity", "bob")), token: "source", argument: "assume_role",
		summary: "The source identity can't change",
		says: []string{
			`Correct assume_role[0].source_identity. The source identity is "bob", but the web identity token has ` +
				`already set "alice".`,
		},
	},
	"hop_limit": {
		arguments: throughHub("open/trusting"),
		argument:  "assume_role",
		answer: rejectWith(
			400,
			"ValidationError",
			"The requested DurationSeconds exceeds the 1 hour session limit for "+
				"roles assumed by role chaining.",
		),
		atHop:   true,
		summary: "The session would be longer than role chaining allows",
		says:    []string{"Remove assume_role[0].duration_seconds, or lower it to 3600."},
	},
	"hop_second": {
		arguments: []string{
			set("role_arn", hubRole),
			`assume_role = [{ role_arn = "` + hopRole(
				"open/trusting",
			) + `" }, { role_arn = "` + roleWithoutActions + `" }]`,
		},
		argument: "assume_role", summary: "The calling role lacks the permission sts:AssumeRole",
		says: []string{
			`called by "` + hopRole("open/trusting") + `"`, "(assume_role[1])",
		},
	},
	"hop_secret": {
		arguments: throughHub("open/trusting"), argument: "assume_role",
		answer: rejectWith(403, "AccessDenied", "User: "+leaked+" is not authorized to perform: sts:AssumeRole"),
		atHop:  true, summary: "STS denied the role chaining", says: []string{"is not authorized to perform:"},
	},
	"hop_silent": {
		arguments: append(throughHub("open/trusting"), set("timeout", "3s")), argument: "timeout", atHop: true,
		answer:  respondSlowly,
		summary: "No credentials within the timeout", says: []string{"3s passed while waiting for the answer of STS"},
	},
}

// addHops makes the roles of hopsAtAWS.
func (f failures) addHops(t *testing.T) {
	t.Helper()
	further := []string{"sts:TagSession", "sts:SetSourceIdentity"}
	f.addRole(t, emulator.Role{
		ARN: hubRole,
		TrustPolicy: emulator.TrustPolicy(
			production, f.issuer.URL(), map[string]string{"sub": subject, "aud": audience}, nil, further...,
		),
		Permissions: `{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "sts:*", "Resource": "` + hopRole("open/*") + `"},
			{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "` + hopRole("plain/*") + `"}
		]}`,
	})
	trusting := emulator.ChainTrustPolicy(hubRole, nil, further...)
	distrusting := emulator.ChainTrustPolicy("arn:aws:iam::"+production+":role/hub", nil) // without the path
	for path, role := range map[string]emulator.Role{
		"open/trusting":    {TrustPolicy: trusting},
		"open/plain":       {TrustPolicy: emulator.ChainTrustPolicy(hubRole, nil)},
		"open/distrusting": {TrustPolicy: distrusting},
		"open/silent":      {TrustPolicy: distrusting, HidesReason: true},
		"open/external": {
			TrustPolicy: emulator.ChainTrustPolicy(hubRole, map[string]map[string]string{
				"StringEquals": {"sts:ExternalId": "acme-4711"},
			}),
		},
		"open/denying": {TrustPolicy: `{"Version": "2012-10-17", "Statement": [
			{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
		]}`},
		"plain/trusting": {TrustPolicy: trusting},
	} {
		role.ARN = hopRole(path)
		f.addRole(t, role)
	}
}
