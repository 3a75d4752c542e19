package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// TestDenialCommand runs the command that a denial shows, with a role's policy in a file.
func TestDenialCommand(t *testing.T) {
	t.Parallel()
	cli := newAttachedCLI(t, "")
	cli.skipUnsupported(t, "provider::sts")
	if cli.Product == "OpenTofu" { // its console knows only the functions of providers that the configuration calls
		cli = newAttachedCLI(
			t,
			`output "findings" { value = provider::sts::trust_policy_findings(file("policy.json")) }`,
		)
	}
	token := unsigned(`{"alg":"RS256","kid":"k"}`, `{
		"iss": "https://token.actions.githubusercontent.com", "aud": ["sts.amazonaws.com", "other"], "run_id": "1",
		"sub": "repo:example-org/infrastructure:environment:production", "repository_id": "456789"
	}`)
	claims, err := webidentity.Decode(token)
	if err != nil {
		t.Fatal(err)
	}
	detail := explain.Failure(assumerole.Exchange{
		Request: assumerole.Request{
			RoleARN: "arn:aws:iam::111122223333:role/path/deploy",
			Token:   webidentity.Inline{Value: secret.New(token)},
		},
		Destination: assumerole.Destination{AWS: true, Host: "sts.us-east-1.amazonaws.com"},
		Claims:      &claims,
	}, &assumerole.ServiceError{
		Code: "AccessDenied", Message: "Not authorized to perform sts:AssumeRoleWithWebIdentity", HTTPStatus: 403,
	}).Detail
	_, expression, ok := strings.Cut(detail, "\n  echo '")
	expression, _, _ = strings.Cut(expression, "' | terraform console\n")
	if !ok || strings.Contains(expression, "run_id") {
		t.Fatalf("the command isn't there, or has claims without a condition key:\n%s", detail)
	}
	const policy = `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow",
		"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
		"Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "SUBJECT"}}
	}]}`
	for subject, want := range map[string]string{
		"repo:example-org/infrastructure:environment:production": `"decision" = "allowed"`,
		"repo:example-org/infrastructure:ref:refs/heads/main":    `The token has \"repo:example-org/infrastructure:environment:production\".`,
	} {
		text := strings.Replace(policy, "SUBJECT", subject, 1)
		if err := os.WriteFile(filepath.Join(cli.folder, "policy.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		console := cli.Command(t.Context(), cli.folder, "console")
		console.Stdin = strings.NewReader(expression + "\n")
		output, err := console.CombinedOutput()
		if err != nil || !strings.Contains(string(output), want) {
			t.Errorf("%v: %q isn't in\n%s", err, want, output)
		}
	}
}
