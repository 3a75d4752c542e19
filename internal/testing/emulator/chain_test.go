package emulator_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

const (
	hubARN     = roleARN
	hubSession = "arn:aws:sts::123456789012:assumed-role/deploy/terraform"
	spokeARN   = "arn:aws:iam::210987654321:role/spokes/production"
)

type chainInput = sts.AssumeRoleInput

// newChain is a fixture whose role may assume every role. A second role, in another account, trusts it.
func newChain(t *testing.T, options emulator.Options) *fixture {
	t.Helper()
	f := newFixture(t, options)
	f.addHub(t, emulator.AssumeRolePermissions("*", "sts:TagSession", "sts:SetSourceIdentity"))
	f.addRole(t, emulator.Role{
		ARN:         spokeARN,
		TrustPolicy: emulator.ChainTrustPolicy(hubARN, nil, "sts:TagSession", "sts:SetSourceIdentity"),
	})
	return f
}

// addHub makes the first role, with the permissions.
func (f *fixture) addHub(t *testing.T, permissions string) {
	t.Helper()
	f.addRole(t, emulator.Role{
		ARN: hubARN, TrustPolicy: f.trust("StringEquals", subject, "sts:TagSession", "sts:SetSourceIdentity"),
		Permissions: permissions, MaxSessionDuration: 12 * time.Hour,
	})
}

// hub is a session of the first role.
func (f *fixture) hub(
	t *testing.T,
	token emulator.Token,
	change ...func(*sts.AssumeRoleWithWebIdentityInput),
) *types.Credentials {
	t.Helper()
	return mustAssume(t, f.Server, f.mint(t, token), change...).Credentials
}

// sessionToken is a token with the transitive tag team=web, the tag stage=test, and the source identity alice.
func sessionToken() emulator.Token {
	return emulator.Token{Claims: map[string]any{
		"https://aws.amazon.com/tags": map[string]any{
			"principal_tags":      map[string]any{"team": []string{"web"}, "stage": []string{"test"}},
			"transitive_tag_keys": []string{"team"},
		},
		"https://aws.amazon.com/source_identity": "alice",
	}}
}

func chain(
	server *emulator.Server,
	caller *types.Credentials,
	change ...func(*chainInput),
) (*sts.AssumeRoleOutput, error) {
	input := &chainInput{RoleArn: aws.String(spokeARN), RoleSessionName: aws.String("hop")}
	for _, f := range change {
		f(input)
	}
	return newClient(server, static(caller)).AssumeRole(context.Background(), input)
}

func mustChain(
	t *testing.T,
	server *emulator.Server,
	caller *types.Credentials,
	change ...func(*chainInput),
) *sts.AssumeRoleOutput {
	t.Helper()
	output, err := chain(server, caller, change...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

func sessionTags(pairs map[string]string) func(*chainInput) {
	return func(in *chainInput) {
		for key, value := range pairs {
			in.Tags = append(in.Tags, types.Tag{Key: aws.String(key), Value: aws.String(value)})
		}
	}
}

func TestAssumeRole(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	caller := f.hub(t, emulator.Token{})
	before := time.Now().Truncate(time.Second)
	output := mustChain(t, f.Server, caller)
	if got, want := aws.ToString(
		output.AssumedRoleUser.Arn,
	), "arn:aws:sts::210987654321:assumed-role/production/hop"; got != want {
		t.Errorf("ARN %q, want %q", got, want)
	}
	if id := aws.ToString(output.AssumedRoleUser.AssumedRoleId); !strings.HasPrefix(id, "AROA") ||
		!strings.HasSuffix(id, ":hop") {
		t.Errorf("assumed role ID %q", id)
	}
	if left := output.Credentials.Expiration.Sub(before); left < time.Hour || left > time.Hour+time.Minute {
		t.Errorf("expires in %s, want an hour", left)
	}
	if output.PackedPolicySize != nil || output.SourceIdentity != nil {
		t.Errorf(
			"packed policy size %v, source identity %v: want neither",
			output.PackedPolicySize,
			output.SourceIdentity,
		)
	}
	if size := aws.ToInt32(output.SessionTokenSize); int(size) != len(*output.Credentials.SessionToken) ||
		aws.ToInt32(output.SessionTokenUtilization) == 0 {
		t.Errorf("session token size %d, utilization %v", size, output.SessionTokenUtilization)
	}
	if *output.Credentials.AccessKeyId == *caller.AccessKeyId {
		t.Error("the credentials are the caller's")
	}
	identity, err := newClient(
		f.Server,
		static(output.Credentials),
	).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(identity.Arn) != *output.AssumedRoleUser.Arn || aws.ToString(identity.Account) != "210987654321" ||
		aws.ToString(identity.UserId) != *output.AssumedRoleUser.AssumedRoleId {
		t.Errorf("caller identity %q, %q, %q", *identity.Arn, *identity.Account, *identity.UserId)
	}
	requests := f.Requests()
	if got := requests[1]; got.Action != "AssumeRole" || got.Status != 200 || got.Form.Get("RoleArn") != spokeARN {
		t.Errorf("recorded %v", got)
	}
}

func TestAssumeRoleHonorsOptionalParameters(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	before := time.Now().Truncate(time.Second)
	output := mustChain(t, f.Server, f.hub(t, emulator.Token{}), func(in *chainInput) {
		in.DurationSeconds, in.MinimumSessionTokenSize = aws.Int32(900), aws.Int32(3000)
		in.SourceIdentity, in.ExternalId = aws.String("bob"), aws.String("a:b/c=1")
		in.Policy = aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`)
		in.PolicyArns = policyARNs("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::210987654321:policy/P")
		in.Tags = []types.Tag{{Key: aws.String("Größe 1"), Value: aws.String("")}}
		in.TransitiveTagKeys = []string{"größe 1"}
	})
	if left := output.Credentials.Expiration.Sub(before); left < 900*time.Second || left > 960*time.Second {
		t.Errorf("expires in %s, want 15 minutes", left)
	}
	if got := aws.ToString(output.SourceIdentity); got != "bob" {
		t.Errorf("source identity %q, want bob", got)
	}
	if size := aws.ToInt32(output.SessionTokenSize); size < 3000 {
		t.Errorf("session token size %d, want 3000 or more", size)
	}
	if size := aws.ToInt32(output.PackedPolicySize); size < 1 || size > 100 {
		t.Errorf("packed policy size %d, want a percentage", size)
	}
	f.addHub(t, emulator.AssumeRolePermissions("*", "sts:*"))
	tagged := mustChain(t, f.Server, f.hub(t, emulator.Token{}), sessionTags(map[string]string{"a": "b"}))
	if aws.ToInt32(tagged.PackedPolicySize) == 0 {
		t.Error("no packed policy size, though there are tags")
	}
	mustChain(t, f.Server, f.hub(t, emulator.Token{}), func(in *chainInput) {
		in.Tags, in.TransitiveTagKeys, in.PolicyArns = []types.Tag{}, []string{}, policyARNs()
	})
}

func TestChainedLifetimes(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	caller := f.hub(t, emulator.Token{})
	longRole := emulator.Role{
		ARN: spokeARN, TrustPolicy: emulator.ChainTrustPolicy(hubARN, nil), MaxSessionDuration: 12 * time.Hour,
	}
	f.addRole(t, longRole)
	duration := func(seconds int32) func(*chainInput) {
		return func(in *chainInput) { in.DurationSeconds = aws.Int32(seconds) }
	}
	before := time.Now().Truncate(time.Second)
	left := mustChain(t, f.Server, caller, duration(3600)).Credentials.Expiration.Sub(before)
	if left < time.Hour || left > time.Hour+time.Minute {
		t.Errorf("expires in %s, want an hour", left)
	}
	_, err := chain(f.Server, caller, duration(3601))
	wantRefusal(t, err, 400, "ValidationError",
		"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	_, err = chain(f.Server, caller, duration(43201))
	wantRefusal(t, err, 400, "ValidationError", "Member must have value less than or equal to 43200")

	longRole.SessionLifetime = 5 * time.Minute
	f.addRole(t, longRole)
	if left := time.Until(*mustChain(t, f.Server, caller).Credentials.Expiration); left > 5*time.Minute {
		t.Errorf("expires in %s, want 5 minutes", left)
	}
}

// TestInheritance compares what a second hop's session has, by the trust policy of a third role.
func TestInheritance(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	const thirdARN = "arn:aws:iam::210987654321:role/third"
	f.addRole(t, emulator.Role{
		ARN:         spokeARN,
		TrustPolicy: emulator.ChainTrustPolicy(hubARN, nil, "sts:TagSession", "sts:SetSourceIdentity"),
		Permissions: emulator.AssumeRolePermissions(thirdARN, "sts:TagSession", "sts:SetSourceIdentity"),
	})
	second := mustChain(
		t, f.Server, f.hub(t, sessionToken()), sessionTags(map[string]string{"color": "red", "Size": "big"}),
		func(in *chainInput) { in.TransitiveTagKeys = []string{"size"} },
	)
	if got := aws.ToString(second.SourceIdentity); got != "alice" {
		t.Errorf("source identity %q, want alice", got)
	}
	third := func(conditions map[string]map[string]string) *sts.AssumeRoleOutput {
		t.Helper()
		f.addRole(
			t,
			emulator.Role{ARN: thirdARN, TrustPolicy: emulator.ChainTrustPolicy(spokeARN, conditions, "sts:*")},
		)
		return mustChain(t, f.Server, second.Credentials, func(in *chainInput) { in.RoleArn = aws.String(thirdARN) })
	}
	output := third(map[string]map[string]string{
		"StringEquals": {
			"aws:SourceIdentity": "alice", "sts:SourceIdentity": "alice", "aws:PrincipalTag/team": "web",
			"aws:PrincipalTag/color": "red", "aws:PrincipalTag/size": "big",
		},
		"Null": {"aws:PrincipalTag/stage": "true", "aws:RequestTag/team": "true", "aws:TagKeys": "true"},
	})
	if got := aws.ToString(output.SourceIdentity); got != "alice" {
		t.Errorf("the third session's source identity %q, want alice", got)
	}

	// Both transitive tags get to the third session, but the others don't.
	const fourthARN = "arn:aws:iam::210987654321:role/fourth"
	f.addRole(t, emulator.Role{
		ARN: fourthARN,
		TrustPolicy: emulator.ChainTrustPolicy(thirdARN, map[string]map[string]string{
			"StringEquals": {"aws:PrincipalTag/team": "web", "aws:PrincipalTag/size": "big"},
			"Null":         {"aws:PrincipalTag/color": "true"},
		}, "sts:*"),
	})
	mustChain(t, f.Server, output.Credentials, func(in *chainInput) { in.RoleArn = aws.String(fourthARN) })
}

func TestInheritedValuesCantChange(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	caller := f.hub(t, sessionToken())
	for name, test := range map[string]struct {
		change        func(*chainInput)
		code, message string
	}{
		"another source identity": {
			change: func(in *chainInput) { in.SourceIdentity = aws.String("bob") }, code: "ValidationError",
			message: "The source identity is already set for this assume role session",
		},
		"an inherited tag": {
			change: sessionTags(map[string]string{"team": "web"}), code: "InvalidParameterValue",
			message: "One of the specified transitive tag keys can't be set because it conflicts with a transitive " +
				"tag key from the calling session.",
		},
		"an inherited tag in another case": {
			change: sessionTags(map[string]string{"TEAM": "app"}), code: "InvalidParameterValue",
			message: "conflicts with a transitive tag key from the calling session",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := chain(f.Server, caller, test.change)
			wantRefusal(t, err, 400, test.code, test.message)
		})
	}
	mustChain(t, f.Server, caller, func(in *chainInput) { in.SourceIdentity = aws.String("alice") },
		sessionTags(map[string]string{"stage": "live"}))
}

func TestChainedSignatures(t *testing.T) {
	t.Parallel()
	var unexpected messages
	var c clock
	f := newChain(t, emulator.Options{Unexpected: unexpected.add, Clock: c.now})
	caller := f.hub(t, emulator.Token{})
	input := &chainInput{RoleArn: aws.String(spokeARN), RoleSessionName: aws.String("hop")}
	_, err := newClient(f.Server, aws.AnonymousCredentials{}).AssumeRole(t.Context(), input)
	wantRefusal(t, err, 403, "MissingAuthenticationToken", "Request is missing Authentication Token")
	if got := unexpected.take(); !strings.Contains(got, "AssumeRole isn't signed") {
		t.Errorf("unexpected: got %q", got)
	}

	other := *caller
	other.SessionToken = f.hub(t, emulator.Token{}).SessionToken
	_, err = chain(f.Server, &other)
	wantRefusal(t, err, 403, "InvalidClientTokenId", "The security token included in the request is invalid.")
	_, err = newClient(f.Server, static(caller), func(o *sts.Options) { o.Region = "eu-west-1" }).
		AssumeRole(t.Context(), input)
	wantRefusal(t, err, 403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region.")

	f.addRole(t, emulator.Role{
		ARN: hubARN, TrustPolicy: f.trust("StringEquals", subject), SessionLifetime: time.Second,
	})
	expired := f.hub(t, emulator.Token{})
	c.ahead = 2 * time.Second
	_, err = chain(f.Server, expired)
	wantRefusal(t, err, 403, "ExpiredToken", "The security token included in the request is expired")
	if got := unexpected.take(); got != "" {
		t.Errorf("unexpected: got %q", got)
	}
}

func TestChainedSecrets(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	issued := mustChain(t, f.Server, f.hub(t, emulator.Token{})).Credentials
	secrets := maps.Collect(func(yield func(string, bool) bool) {
		for _, secret := range f.Secrets() {
			yield(secret, true)
		}
	})
	if !secrets[*issued.SecretAccessKey] || !secrets[*issued.SessionToken] {
		t.Error("Secrets lacks the credentials of the second session")
	}
}
