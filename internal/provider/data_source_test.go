package provider_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func checkValue(path tfjsonpath.Path, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(dataSource, path, value)
}

// TestEveryAttribute checks each argument and each attribute of the answer in the state.
func TestEveryAttribute(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := f.token(t, func(token *emulator.Token) {
		token.Claims = map[string]any{"https://aws.amazon.com/source_identity": "alice"}
	})
	policy := "{\n  \"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", " +
		"\"Resource\": \"*\"}]\n}"
	key := tfjsonpath.New("credentials")
	inState := regexp.MustCompile(`^\S+$`)
	run(t, resource.TestStep{
		Config: f.config(
			set(
				"role_arn",
				roleARN(production),
			),
			set("role_session_name", "job-7"),
			set("web_identity_token", " "+token+"\n"),
			set("policy", policy),
			`policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]`,
			"duration_seconds = 1800",
			"minimum_session_token_size = 2048",
			set("timeout", "90s"),
		),
		ConfigStateChecks: []statecheck.StateCheck{
			checkValue(tfjsonpath.New("role_arn"), knownvalue.StringExact(roleARN(production))),
			checkValue(tfjsonpath.New("role_session_name"), knownvalue.StringExact("job-7")),
			checkValue(tfjsonpath.New("web_identity_token"), knownvalue.StringExact(" "+token+"\n")),
			checkValue(tfjsonpath.New("web_identity_token_file"), knownvalue.Null()),
			checkValue(tfjsonpath.New("provider_id"), knownvalue.Null()),
			checkValue(tfjsonpath.New("policy"), knownvalue.StringExact(policy)),
			checkValue(
				tfjsonpath.New("policy_arns"),
				knownvalue.SetExact(
					[]knownvalue.Check{knownvalue.StringExact("arn:aws:iam::aws:policy/ReadOnlyAccess")},
				),
			),
			checkValue(tfjsonpath.New("duration_seconds"), knownvalue.Int32Exact(1800)),
			checkValue(tfjsonpath.New("minimum_session_token_size"), knownvalue.Int32Exact(2048)),
			checkValue(tfjsonpath.New("timeout"), knownvalue.StringExact("90s")),
			checkValue(
				key.AtMapKey("access_key_id"),
				knownvalue.StringRegexp(regexp.MustCompile(`^ASIA[A-Z0-9]{16}$`)),
			),
			checkValue(key.AtMapKey("secret_access_key"), knownvalue.StringRegexp(inState)),
			checkValue(key.AtMapKey("session_token"), knownvalue.StringFunc(func(token string) error {
				if len(token) < 2048 {
					return fmt.Errorf("it has %d bytes, where 2048 were asked for", len(token))
				}
				return nil
			})),
			checkValue(key.AtMapKey("expiration"), knownvalue.StringFunc(func(expiration string) error {
				instant, err := time.Parse(time.RFC3339, expiration)
				if life := time.Until(
					instant,
				); err == nil &&
					(life < 28*time.Minute || life > 31*time.Minute || !strings.HasSuffix(expiration, "Z")) {
					err = fmt.Errorf("it is %s from now", life)
				}
				return err
			})),
			checkValue(
				tfjsonpath.New("assumed_role_user").AtMapKey("arn"),
				knownvalue.StringExact("arn:aws:sts::111122223333:assumed-role/deploy/job-7"),
			),
			checkValue(
				tfjsonpath.New("assumed_role_user").AtMapKey("assumed_role_id"),
				knownvalue.StringRegexp(regexp.MustCompile(`^AROA\w+:job-7$`)),
			),
			checkValue(tfjsonpath.New("subject_from_web_identity_token"), knownvalue.StringExact(subject)),
			checkValue(tfjsonpath.New("audience"), knownvalue.StringExact(audience)),
			checkValue(tfjsonpath.New("identity_provider"), knownvalue.StringExact(f.issuer.URL())),
			checkValue(tfjsonpath.New("source_identity"), knownvalue.StringExact("alice")),
			checkValue(tfjsonpath.New("packed_policy_size"), knownvalue.NotNull()),
			checkValue(tfjsonpath.New("session_token_size"), knownvalue.NotNull()),
			checkValue(tfjsonpath.New("session_token_utilization"), knownvalue.NotNull()),
			checkValue(tfjsonpath.New("environment"), knownvalue.MapPartial(map[string]knownvalue.Check{
				"AWS_ACCESS_KEY_ID":     knownvalue.NotNull(),
				"AWS_SECRET_ACCESS_KEY": knownvalue.NotNull(),
				"AWS_SESSION_TOKEN":     knownvalue.NotNull(),
			})),
			statecheck.CompareValuePairs(
				dataSource,
				key.AtMapKey("secret_access_key"),
				dataSource,
				tfjsonpath.New("environment").AtMapKey("AWS_SECRET_ACCESS_KEY"),
				sameValue{},
			),
			statecheck.CompareValuePairs(
				dataSource,
				key.AtMapKey("access_key_id"),
				dataSource,
				tfjsonpath.New("environment").AtMapKey("AWS_ACCESS_KEY_ID"),
				sameValue{},
			),
			statecheck.CompareValuePairs(
				dataSource,
				key.AtMapKey("session_token"),
				dataSource,
				tfjsonpath.New("environment").AtMapKey("AWS_SESSION_TOKEN"),
				sameValue{},
			),
			statecheck.ExpectSensitiveValue(dataSource, tfjsonpath.New("web_identity_token")),
			statecheck.ExpectSensitiveValue(dataSource, key.AtMapKey("access_key_id")),
			statecheck.ExpectSensitiveValue(dataSource, key.AtMapKey("secret_access_key")),
			statecheck.ExpectSensitiveValue(dataSource, key.AtMapKey("session_token")),
			statecheck.ExpectSensitiveValue(dataSource, tfjsonpath.New("environment")),
		},
	})
	sent := f.Requests()[0].Form
	for parameter, want := range map[string]string{
		"RoleArn": roleARN(production), "RoleSessionName": "job-7", "WebIdentityToken": token,
		"DurationSeconds": "1800", "MinimumSessionTokenSize": "2048",
		"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
		"Policy":                  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
	} {
		if got := sent.Get(parameter); got != want {
			t.Errorf("%s was sent as %q, want %q", parameter, got, want)
		}
	}
}

// sameValue compares values for statecheck.CompareValuePairs, whose errors show neither: they are secret.
type sameValue struct{}

func (sameValue) CompareValues(values ...any) error {
	if values[0] != values[1] {
		return errors.New("the two values differ")
	}
	return nil
}

// TestMinimalBlock checks the defaults, and null for what the service omits.
func TestMinimalBlock(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	newAttachedCLI(t, f.config(
		set("role_arn", roleARN(production)),
		set("web_identity_token", f.token(t, nil)),
		"minimum_session_token_size = 0",
		"policy_arns = []",
	)).apply(
		t,
		checkValue(tfjsonpath.New("role_session_name"), knownvalue.StringExact("terraform")),
		checkValue(tfjsonpath.New("source_identity"), knownvalue.Null()),
		checkValue(tfjsonpath.New("packed_policy_size"), knownvalue.Null()),
		checkValue(tfjsonpath.New("duration_seconds"), knownvalue.Null()),
		checkValue(tfjsonpath.New("timeout"), knownvalue.Null()),
		checkValue(tfjsonpath.New("policy"), knownvalue.Null()),
		checkValue(tfjsonpath.New("minimum_session_token_size"), knownvalue.Int64Exact(0)),
	)
	for _, parameter := range []string{
		"ProviderId", "Policy", "PolicyArns", "PolicyArns.member.1.arn", "DurationSeconds", "MinimumSessionTokenSize",
	} {
		if f.Requests()[0].Form.Has(parameter) {
			t.Errorf("%s was sent", parameter)
		}
	}
}

// TestResponseWithoutOptionalFields checks that missing values are null, never "" or 0, and that the objects exist, if
// an STS that isn't AWS's returns less.
func TestResponseWithoutOptionalFields(t *testing.T) {
	t.Parallel()
	endpoint := serve(
		t,
		200,
		`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser><Audience></Audience>
<Credentials><AccessKeyId>KEYID</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey><SessionToken>SESSION</SessionToken></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
	)
	null := func(path tfjsonpath.Path) statecheck.StateCheck { return checkValue(path, knownvalue.Null()) }
	newAttachedCLI(t, providerAt(
		endpoint,
	)+block(
		set("role_arn", ""),
		set("web_identity_token", "an-opaque-token"),
		"duration_seconds = 31536000",
	)).apply(
		t,
		checkValue(tfjsonpath.New("role_arn"), knownvalue.StringExact("")),
		checkValue(tfjsonpath.New("credentials").AtMapKey("access_key_id"), knownvalue.StringExact("KEYID")),
		checkValue(tfjsonpath.New("credentials").AtMapKey("secret_access_key"), knownvalue.StringExact("SECRET")),
		checkValue(tfjsonpath.New("credentials").AtMapKey("session_token"), knownvalue.StringExact("SESSION")),
		null(
			tfjsonpath.New("credentials").AtMapKey("expiration"),
		),
		null(tfjsonpath.New("assumed_role_user").AtMapKey("arn")),
		null(
			tfjsonpath.New("assumed_role_user").AtMapKey("assumed_role_id"),
		),
		null(tfjsonpath.New("subject_from_web_identity_token")),
		null(
			tfjsonpath.New("audience"),
		),
		null(tfjsonpath.New("identity_provider")),
		null(tfjsonpath.New("packed_policy_size")),
		null(tfjsonpath.New("session_token_size")),
		null(tfjsonpath.New("session_token_utilization")),
	)
}

func TestTokenFile(t *testing.T) {
	f := newFixture(t)
	path := testenv.WriteFile(t, "token", f.token(t, nil)+"\n")
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere") // which comes after the block's
	newAttachedCLI(t, f.config(set("role_arn", roleARN(production)), set("web_identity_token_file", path))).apply(
		t,
		checkValue(tfjsonpath.New("subject_from_web_identity_token"), knownvalue.StringExact(subject)),
	)
}

func TestAccessTokenOfAnOAuthProvider(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.AddAccessToken("www.amazon.com", "Atza|opaque", "app-1", "user-1")
	f.addRole(
		t,
		emulator.Role{ARN: roleARN(production), TrustPolicy: `{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
  "Principal": {"Federated": "www.amazon.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"www.amazon.com:app_id": "app-1"}}}}`},
	)
	path := testenv.WriteFile(t, "token", "Atza|opaque")
	newAttachedCLI(t, f.config(
		set("role_arn", roleARN(production)),
		set("web_identity_token_file", path),
		set("provider_id", "www.amazon.com"),
	)).apply(
		t,
		checkValue(tfjsonpath.New("identity_provider"), knownvalue.StringExact("www.amazon.com")),
	)
}

// TestUnknownArgumentIsReadInApply checks that nothing is sent at plan time while an argument isn't known.
func TestUnknownArgumentIsReadInApply(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	run(t, resource.TestStep{
		Config: `resource "terraform_data" "token" { input = "` + f.token(t, nil) + `" }
` + f.config(set("role_arn", roleARN(production)), "web_identity_token = terraform_data.token.output"),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectUnknownValue(dataSource, tfjsonpath.New("credentials")),
		}},
		ConfigStateChecks: []statecheck.StateCheck{
			checkValue(tfjsonpath.New("subject_from_web_identity_token"), knownvalue.StringExact(subject)),
		},
	})
}
