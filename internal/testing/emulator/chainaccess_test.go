package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

const siblingARN = "arn:aws:iam::123456789012:role/sibling" // in the account of the first role

// permission is a statement of an identity-based policy or of a session policy.
func permission(effect, action, resource, conditions string) string {
	return fmt.Sprintf(`{"Effect": %q, "Action": %q, "Resource": %q, "Condition": {%s}}`,
		effect, action, resource, conditions)
}

func document(statements ...string) string {
	return `{"Version": "2012-10-17", "Statement": [` + strings.Join(statements, ",") + `]}`
}

// denial is the message of a denied call of the first role's session.
func denial(action, resource, reason string) string {
	message := "User: " + hubSession + " is not authorized to perform: " + action
	if resource != "" {
		message += " on resource: " + resource
	}
	return strings.TrimSpace(message + " " + reason)
}

// wantDenial compares the whole message. An empty one stands for no error.
func wantDenial(t *testing.T, err error, message string) {
	t.Helper()
	if message == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	wantRefusal(t, err, 403, "AccessDenied", message)
	if err != nil && !strings.HasSuffix(err.Error(), message) {
		t.Errorf("got %v, want %s and nothing more", err, message)
	}
}

// TestAccess compares both sides' policies. The role that is assumed is in another account, unless it is the sibling.
func TestAccess(t *testing.T) {
	t.Parallel()
	const (
		assume, tag, identity = "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"
		root, sibling         = "arn:aws:iam::123456789012:root", siblingARN
	)
	all := document(permission("Allow", "*", "*", ""))
	trusts := func(principal string) string { return emulator.ChainTrustPolicy(principal, nil, "sts:*") }
	noIdentity := func(action, role string) string {
		return denial(action, role, "because no identity-based policy allows the "+action+" action")
	}
	noTrust := func(action string) string {
		return denial(action, "", "because no role trust policy allows the "+action+" action")
	}
	explicit := denial(assume, spokeARN, "with an explicit deny in an identity-based policy")
	for name, test := range map[string]struct {
		permissions, role, trust string
		token                    emulator.Token
		change                   func(*chainInput)
		want                     string
	}{
		"both sides":     {permissions: all, trust: trusts(hubARN)},
		"no permissions": {trust: trusts(hubARN), want: noIdentity(assume, spokeARN)},
		"the role in the resource": {
			permissions: document(permission("Allow", "STS:assumerole", spokeARN, "")), trust: trusts(hubARN),
		},
		"wildcards in the resource": {
			permissions: document(permission("Allow", "sts:Assume*", "arn:aws:iam::*:role/spokes/productio?", "")),
			trust:       trusts(hubARN),
		},
		"a resource in another case": {
			permissions: document(permission("Allow", assume, strings.ToUpper(spokeARN), "")), trust: trusts(hubARN),
			want: noIdentity(assume, spokeARN),
		},
		"another resource": {
			permissions: document(permission("Allow", assume, siblingARN, "")), trust: trusts(hubARN),
			want: noIdentity(assume, spokeARN),
		},
		"the beginning of the resource": {
			permissions: document(permission("Allow", assume, "arn:aws:iam::210987654321:role/spokes", "")),
			trust:       trusts(hubARN), want: noIdentity(assume, spokeARN),
		},
		"another service's action": {
			permissions: document(permission("Allow", "s3:*", "*", "")), trust: trusts(hubARN),
			want: noIdentity(assume, spokeARN),
		},
		"a NotResource of another role": {
			permissions: document(`{"Effect": "Allow", "Action": ["s3:*", "sts:*"], "NotResource": "` + sibling + `"}`),
			trust:       trusts(hubARN),
		},
		"a NotResource of the role": {
			permissions: document(`{"Effect": "Allow", "Action": "sts:*", "NotResource": ["` + spokeARN + `"]}`),
			trust:       trusts(hubARN), want: noIdentity(assume, spokeARN),
		},
		"a NotAction of another action": {
			permissions: document(`{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}`), trust: trusts(hubARN),
		},
		"a NotAction of the action": {
			permissions: document(`{"Effect": "Allow", "NotAction": ["iam:*", "sts:*Role"], "Resource": "*"}`),
			trust:       trusts(hubARN), want: noIdentity(assume, spokeARN),
		},
		"a denial": {
			permissions: document(permission("Allow", "*", "*", ""), permission("Deny", assume, "*", "")),
			trust:       trusts(hubARN), want: explicit,
		},
		"a denial of another role": {
			permissions: document(permission("Deny", assume, siblingARN, ""), permission("Allow", "*", "*", "")),
			trust:       trusts(hubARN),
		},
		"a denial whose condition holds": {
			permissions: document(permission("Allow", "*", "*", ""),
				permission("Deny", "*", "*", `"StringNotEquals": {"aws:PrincipalTag/team": "web"}`)),
			trust: trusts(hubARN), want: explicit,
		},
		"a denial with a condition that can't be compared": {
			permissions: document(permission("Allow", "*", "*", ""),
				permission("Deny", "*", "*", `"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}`)),
			trust: trusts(hubARN), want: explicit,
		},
		"a condition that holds": {
			permissions: document(permission("Allow", "*", "*", `"StringLike": {"sts:RoleSessionName": "h?p"}`)),
			trust:       trusts(hubARN),
		},
		"a condition that doesn't hold": {
			permissions: document(permission("Allow", "*", "*", `"StringEquals": {"sts:RoleSessionName": "other"}`)),
			trust:       trusts(hubARN), want: noIdentity(assume, spokeARN),
		},

		"the session in the trust policy": {permissions: all, trust: trusts(hubSession)},
		"the account's root":              {permissions: all, trust: trusts(root)},
		"the account's ID":                {permissions: all, trust: trusts(account)},
		"everyone":                        {permissions: all, trust: trusts("*")},
		"everyone, but no permissions":    {trust: trusts("*"), want: noIdentity(assume, spokeARN)},
		"another account in the trust policy": {
			permissions: all, trust: trusts("210987654321"),
			want: noTrust(assume),
		},
		"another session": {
			permissions: all, trust: trusts(hubSession + "x"),
			want: noTrust(assume),
		},
		"the role's ARN without its path": {
			permissions: all, trust: trusts("arn:aws:iam::123456789012:role/deploy"),
			want: noTrust(assume),
		},
		"a trust policy for web identity only": {
			permissions: all, trust: emulator.TrustPolicy(account, namedIssuer, nil, nil, "sts:*"),
			want: noTrust(assume),
		},
		"a denial in the trust policy": {
			permissions: all, trust: document(
				`{"Effect": "Allow", "Principal": {"AWS": "`+account+`"}, "Action": "sts:AssumeRole"}`,
				`{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}`,
			),
			want: denial(assume, "", "with an explicit deny in the role trust policy"),
		},
		"a condition of the trust policy that can't be compared": {
			permissions: all,
			trust: emulator.ChainTrustPolicy(hubARN, map[string]map[string]string{
				"IpAddress": {"aws:SourceIp": "0.0.0.0/0"},
			}),
			want: noTrust(assume),
		},

		"the same account, role named":    {role: sibling, trust: trusts(hubARN)},
		"the same account, session named": {role: sibling, trust: trusts(hubSession)},
		"the same account, role named, but denied": {
			role: sibling, trust: trusts(hubARN), permissions: document(permission("Deny", assume, sibling, "")),
			want: denial(assume, sibling, "with an explicit deny in an identity-based policy"),
		},
		"the same account, root named":     {role: sibling, trust: trusts(root), want: noIdentity(assume, sibling)},
		"the same account, ID named":       {role: sibling, trust: trusts(account), want: noIdentity(assume, sibling)},
		"the same account, everyone named": {role: sibling, trust: trusts("*"), want: noIdentity(assume, sibling)},
		"the same account, both sides":     {role: sibling, trust: trusts(root), permissions: all},
		"the same account, role named for one action only": {
			role: sibling, trust: emulator.ChainTrustPolicy(hubARN, nil), change: sourceIdentity("bob"),
			want: noIdentity(identity, sibling),
		},

		"tags, without the permission": {
			permissions: emulator.AssumeRolePermissions("*"), trust: trusts(hubARN),
			change: sessionTags(map[string]string{"team": "web"}), want: noIdentity(tag, spokeARN),
		},
		"tags, without the trust": {
			permissions: all, trust: emulator.ChainTrustPolicy(hubARN, nil),
			change: sessionTags(map[string]string{"team": "web"}), want: noTrust(tag),
		},
		"inherited tags, without the permission": {
			permissions: emulator.AssumeRolePermissions("*", identity), trust: trusts(hubARN), token: sessionToken(),
			want: noIdentity(tag, spokeARN),
		},
		"inherited tags, without the trust": {
			permissions: all, trust: emulator.ChainTrustPolicy(hubARN, nil, identity), token: sessionToken(),
			want: noTrust(tag),
		},
		"tags that aren't inherited": {
			permissions: emulator.AssumeRolePermissions("*"), trust: emulator.ChainTrustPolicy(hubARN, nil),
			token: claims("https://aws.amazon.com/tags/principal_tags/team", []string{"web"}),
		},
		"a source identity, without the permission": {
			permissions: emulator.AssumeRolePermissions("*", tag), trust: trusts(hubARN), change: sourceIdentity("bob"),
			want: noIdentity(identity, spokeARN),
		},
		"a source identity, without the trust": {
			permissions: all, trust: emulator.ChainTrustPolicy(hubARN, nil, tag), change: sourceIdentity("bob"),
			want: noTrust(identity),
		},
		"an inherited source identity, without the trust": {
			permissions: all, trust: emulator.ChainTrustPolicy(hubARN, nil, tag), token: sessionToken(),
			want: noTrust(identity),
		},
		"nothing but the first action, without any": {
			permissions: emulator.AssumeRolePermissions(siblingARN), trust: trusts(hubARN), token: sessionToken(),
			change: sourceIdentity("alice"), want: noIdentity(assume, spokeARN),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, emulator.Options{})
			f.addHub(t, test.permissions)
			role := test.role
			if role == "" {
				role = spokeARN
			}
			f.addRole(t, emulator.Role{ARN: role, TrustPolicy: test.trust})
			_, err := chain(f.Server, f.hub(t, test.token), func(in *chainInput) {
				in.RoleArn = aws.String(role)
				if test.change != nil {
					test.change(in)
				}
			})
			wantDenial(t, err, test.want)
		})
	}
}

func sourceIdentity(value string) func(*chainInput) {
	return func(in *chainInput) { in.SourceIdentity = aws.String(value) }
}

func TestSessionPoliciesLimitChains(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	f.addRole(t, emulator.Role{ARN: siblingARN, TrustPolicy: emulator.ChainTrustPolicy(hubARN, nil)})
	type input = sts.AssumeRoleWithWebIdentityInput
	none := denial("sts:AssumeRole", spokeARN, "because no session policy allows the sts:AssumeRole action")
	arns := func(list ...string) func(*input) {
		return func(in *input) { in.PolicyArns = policyARNs(list...) }
	}
	const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
	for name, test := range map[string]struct {
		change     func(*input)
		role, want string
	}{
		"a policy that allows the role": {change: policy(document(permission("Allow", "sts:*", spokeARN, "")))},
		"a policy that allows another": {
			change: policy(document(permission("Allow", "sts:*", siblingARN, ""))),
			want:   none,
		},
		"a policy for another service": {change: policy(document(permission("Allow", "s3:*", "*", ""))), want: none},
		"a policy whose condition " +
			"fails": {change: policy(document(permission("Allow", "*", "*", `"StringEquals": {"sts:ExternalId": "x"}`))), want: none},
		"a policy without a " +
			"version": {change: policy(`{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`)},
		"administrator access":   {change: arns(administrator)},
		"another managed policy": {change: arns("arn:aws:iam::aws:policy/PowerUserAccess"), want: none},
		"an account's policy of the " +
			"name": {change: arns("arn:aws:iam::123456789012:policy/AdministratorAccess"), want: none},
		"two managed policies": {change: arns("arn:aws:iam::aws:policy/ReadOnlyAccess", administrator)},
		"the union of a policy and administrator access": {
			change: func(in *input) {
				policy(document(permission("Allow", "s3:*", "*", "")))(in)
				arns(administrator)(in)
			},
		},
		"a denial in the policy": {
			change: func(in *input) {
				policy(document(permission("Deny", "sts:AssumeRole", "*", "")))(in)
				arns(administrator)(in)
			},
			want: denial("sts:AssumeRole", spokeARN, "with an explicit deny in a session policy"),
		},
		"a role that trusts the caller's role, in its account": {
			change: arns("arn:aws:iam::aws:policy/ReadOnlyAccess"), role: siblingARN,
			want: denial("sts:AssumeRole", siblingARN, "because no session policy allows the sts:AssumeRole action"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := chain(f.Server, f.hub(t, emulator.Token{}, test.change), func(in *chainInput) {
				if test.role != "" {
					in.RoleArn = aws.String(test.role)
				}
			})
			wantDenial(t, err, test.want)
		})
	}

	t.Run("the session policy of a hop", func(t *testing.T) {
		const thirdARN = "arn:aws:iam::210987654321:role/third"
		f.addRole(t, emulator.Role{ARN: thirdARN, TrustPolicy: emulator.ChainTrustPolicy(spokeARN, nil)})
		toThird := func(in *chainInput) { in.RoleArn = aws.String(thirdARN) }
		second := mustChain(t, f.Server, f.hub(t, emulator.Token{}))
		mustChain(t, f.Server, second.Credentials, toThird)
		second = mustChain(t, f.Server, f.hub(t, emulator.Token{}), func(in *chainInput) {
			in.Policy = aws.String(document(permission("Allow", "s3:*", "*", "")))
		})
		_, err := chain(f.Server, second.Credentials, toThird)
		wantRefusal(t, err, 403, "AccessDenied", "User: arn:aws:sts::210987654321:assumed-role/production/hop is not "+
			"authorized to perform: sts:AssumeRole on resource: "+thirdARN+" because no session policy allows")
	})
}

// TestChainedConditions compares each condition of a trust policy with the same call.
func TestChainedConditions(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	caller := f.hub(t, sessionToken())
	userID := strings.TrimSuffix(callerID(t, f, caller), ":terraform")
	full := func(in *chainInput) {
		in.ExternalId, in.SourceIdentity = aws.String("ticket-7"), aws.String("alice")
		sessionTags(map[string]string{"Color": "red", "size": "big"})(in)
		in.TransitiveTagKeys = []string{"size"}
	}
	bare := func(*chainInput) {}
	for name, test := range map[string]struct {
		change    func(*chainInput)
		condition string
		allowed   bool
	}{
		"the external ID":               {full, `"StringEquals": {"sts:ExternalId": "ticket-7"}`, true},
		"another external ID":           {full, `"StringEquals": {"sts:ExternalId": "ticket-8"}`, false},
		"no external ID":                {bare, `"StringEquals": {"sts:ExternalId": "ticket-7"}`, false},
		"no external ID, wanted so":     {bare, `"Null": {"sts:ExternalId": "true"}`, true},
		"an external ID, not wanted":    {full, `"Null": {"sts:ExternalId": "true"}`, false},
		"the session name":              {bare, `"StringEquals": {"sts:RoleSessionName": "hop"}`, true},
		"another session name":          {bare, `"StringEquals": {"sts:RoleSessionName": "terraform"}`, false},
		"the source identity":           {full, `"StringEquals": {"sts:SourceIdentity": "alice"}`, true},
		"the inherited source identity": {bare, `"StringEquals": {"sts:SourceIdentity": "alice"}`, true},
		"another source identity":       {full, `"StringEquals": {"sts:SourceIdentity": "bob"}`, false},
		"the caller's source identity":  {bare, `"StringEquals": {"aws:SourceIdentity": "alice"}`, true},
		"a tag":                         {full, `"StringEquals": {"aws:RequestTag/color": "red"}`, true},
		"a tag's other value":           {full, `"StringEquals": {"aws:RequestTag/color": "blue"}`, false},
		"no tag, wanted so":             {bare, `"Null": {"aws:RequestTag/color": "true"}`, true},
		"an inherited tag as requested": {full, `"StringEquals": {"aws:RequestTag/team": "web"}`, false},
		"the tag " +
			"keys": {full, `"ForAllValues:StringEquals": {"aws:TagKeys": ["Color", "size"]}`, true},
		"a tag key too many":      {full, `"ForAllValues:StringEquals": {"aws:TagKeys": ["size"]}`, false},
		"no tag keys":             {bare, `"Null": {"aws:TagKeys": "true"}`, true},
		"the transitive tag keys": {full, `"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "size"}`, true},
		"not a transitive tag " +
			"key": {full, `"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "Color"}`, false},
		"no transitive tag keys": {bare, `"Null": {"sts:TransitiveTagKeys": "true"}`, true},
		"the caller's role":      {bare, `"ArnEquals": {"aws:PrincipalArn": "` + hubARN + `"}`, true},
		"the caller's session":   {bare, `"ArnEquals": {"aws:PrincipalArn": "` + hubSession + `"}`, false},
		"the caller's account":   {bare, `"StringEquals": {"aws:PrincipalAccount": "123456789012"}`, true},
		"the role's account":     {bare, `"StringEquals": {"aws:PrincipalAccount": "210987654321"}`, false},
		"a tag of the caller":    {bare, `"StringEquals": {"aws:PrincipalTag/stage": "test"}`, true},
		"a tag of the caller, as " +
			"text": {full, `"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/TEAM}"}`, true},
		"another tag of the caller":      {bare, `"StringEquals": {"aws:PrincipalTag/stage": "live"}`, false},
		"a tag that the caller lacks":    {bare, `"Null": {"aws:PrincipalTag/color": "true"}`, true},
		"not a tag that it lacks":        {bare, `"StringNotEquals": {"aws:PrincipalTag/color": "red"}`, true},
		"a requested tag, as the caller": {full, `"StringEquals": {"aws:PrincipalTag/color": "red"}`, false},
		"the caller's ID":                {bare, `"StringEquals": {"aws:userid": "` + userID + `:terraform"}`, true},
		"another caller's ID":            {bare, `"StringEquals": {"aws:userid": "` + userID + `:hop"}`, false},
		"the caller's type":              {bare, `"StringEquals": {"aws:PrincipalType": "AssumedRole"}`, true},
		"another type":                   {bare, `"StringEquals": {"aws:PrincipalType": "User"}`, false},
		"a key that isn't known":         {bare, `"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			f.addRole(t, emulator.Role{ARN: spokeARN, TrustPolicy: document(
				`{"Effect": "Allow", "Principal": {"AWS": "` + hubARN + `"}, "Action": "sts:AssumeRole",
					"Condition": {` + test.condition + `}},
				{"Effect": "Allow", "Principal": {"AWS": "` + hubARN + `"},
					"Action": ["sts:TagSession", "sts:SetSourceIdentity"]}`)})
			_, err := chain(f.Server, caller, test.change)
			want := ""
			if !test.allowed {
				want = denial("sts:AssumeRole", "", "because no role trust policy allows the sts:AssumeRole action")
			}
			wantDenial(t, err, want)
		})
	}
	for key, denied := range map[string]string{
		"sts:ExternalId": "sts:TagSession", "sts:RoleSessionName": "sts:TagSession",
		"aws:TagKeys": "sts:SetSourceIdentity",
	} {
		t.Run(key+" for all actions", func(t *testing.T) {
			f.addRole(t, emulator.Role{ARN: spokeARN, TrustPolicy: document(
				`{"Effect": "Allow", "Principal": {"AWS": "` + hubARN + `"}, "Action": "sts:*",
					"Condition": {"Null": {"` + key + `": "false"}}}`)})
			_, err := chain(f.Server, caller, full)
			wantDenial(t, err, denial(denied, "", "because no role trust policy allows the "+denied+" action"))
		})
	}
	t.Run("nothing is inherited", func(t *testing.T) {
		f.addRole(t, emulator.Role{ARN: spokeARN, TrustPolicy: document(
			`{"Effect": "Allow", "Principal": {"AWS": "` + hubARN + `"}, "Action": "sts:AssumeRole",
				"Condition": {"Null": {"sts:SourceIdentity": "true", "aws:SourceIdentity": "true"}}}`)})
		mustChain(t, f.Server, f.hub(t, emulator.Token{}))
		_, err := chain(f.Server, caller)
		wantDenial(
			t,
			err,
			denial("sts:AssumeRole", "", "because no role trust policy allows the sts:AssumeRole action"),
		)
	})
}

func callerID(t *testing.T, f *fixture, caller *types.Credentials) string {
	t.Helper()
	output, err := newClient(f.Server, static(caller)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(output.UserId)
}

func TestDenialsWithoutAReason(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	caller := f.hub(t, emulator.Token{})
	const missing = "arn:aws:iam::210987654321:role/missing"
	_, err := chain(f.Server, caller, func(in *chainInput) { in.RoleArn = aws.String(missing) })
	wantDenial(t, err, denial("sts:AssumeRole", missing, ""))

	silent := emulator.Role{ARN: spokeARN, TrustPolicy: emulator.ChainTrustPolicy(siblingARN, nil), HidesReason: true}
	f.addRole(t, silent)
	_, err = chain(f.Server, caller)
	wantDenial(t, err, denial("sts:AssumeRole", spokeARN, ""))
	silent.TrustPolicy = emulator.ChainTrustPolicy(hubARN, nil)
	f.addRole(t, silent)
	_, err = chain(f.Server, caller, sessionTags(map[string]string{"team": "web"}))
	wantDenial(t, err, denial("sts:TagSession", spokeARN, ""))
	f.addHub(t, "")
	_, err = chain(f.Server, caller)
	wantDenial(t, err, denial("sts:AssumeRole", spokeARN, ""))
}

func TestAddRoleRefusesPermissions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	for name, test := range map[string]struct{ permissions, message string }{
		"not JSON":    {`{`, "invalid Json"},
		"a principal": {emulator.ChainTrustPolicy(hubARN, nil), "should not specify a principal"},
		"no resource": {`{"Statement": {"Effect": "Allow", "Action": "*"}}`, "must contain resources"},
		"an unknown operator": {document(permission("Allow", "*", "*", `"Like": {"aws:userid": "x"}`)), "Syntax " +
			"errors"},
		"a resource as a number": {`{"Statement": {"Effect": "Allow", "Action": "*", "Resource": 1}}`, "Syntax errors"},
	} {
		t.Run(name, func(t *testing.T) {
			err := f.AddRole(emulator.Role{
				ARN: hubARN, TrustPolicy: emulator.ChainTrustPolicy(hubARN, nil), Permissions: test.permissions,
			})
			if err == nil || !strings.Contains(err.Error(), "permissions of "+hubARN) ||
				!strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want %q", err, test.message)
			}
		})
	}
}
