package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// The environment variables that stand in for arguments. The token's is webidentity.FileVariable.
const (
	roleARNVariable         = "AWS_ROLE_ARN"
	roleSessionNameVariable = "AWS_ROLE_SESSION_NAME"
)

// request makes the core's request of a block, with the defaults of the environment.
func (m model) request(ctx context.Context, getenv func(string) string, diagnostics *diag.Diagnostics) assumerole.Request {
	request := assumerole.Request{
		ProviderID:              m.ProviderID.ValueString(),
		Policy:                  m.Policy.ValueString(),
		DurationSeconds:         m.DurationSeconds.ValueInt32(),
		MinimumSessionTokenSize: m.MinimumSessionTokenSize.ValueInt32(),
		Timeout:                 m.timeout(),
	}
	diagnostics.Append(m.PolicyARNs.ElementsAs(ctx, &request.PolicyARNs, false)...)
	request.Token, request.AmbientToken = m.token(getenv, diagnostics)
	request.RoleARN, request.RoleARNOrigin = m.roleARN(request.AmbientToken, getenv, diagnostics)
	request.RoleSessionName = m.roleSessionName(getenv, diagnostics)
	return request
}

// token takes the block's argument, then the environment's file.
func (m model) token(getenv func(string) string, diagnostics *diag.Diagnostics) (source webidentity.Source, ambient bool) {
	opaque := !m.ProviderID.IsNull()
	switch {
	case !m.WebIdentityToken.IsNull():
		return webidentity.Inline{Value: secret.New(m.WebIdentityToken.ValueString())}, false
	case !m.WebIdentityTokenFile.IsNull():
		return webidentity.File{Path: m.WebIdentityTokenFile.ValueString(), Argument: webidentity.FileArgument, Opaque: opaque}, false
	case getenv(webidentity.FileVariable) != "":
		return webidentity.File{Path: getenv(webidentity.FileVariable), Opaque: opaque}, true
	}
	diagnostics.AddError("No web identity token", fmt.Sprintf("Nothing says where the token comes from. Set one of these:\n"+
		"  - %s, to the token itself\n"+
		"  - %s, to the path of a file that holds it\n"+
		"  - the environment variable %s, to such a path; EKS does so in a pod whose service account has a role",
		webidentity.InlineArgument, webidentity.FileArgument, webidentity.FileVariable))
	return nil, false
}

// roleARN takes the block's argument. The environment's role goes with the environment's token only: the two are one
// contract, and a null among the roles of a for_each must not become the role of the pod that Terraform runs in.
func (m model) roleARN(ambientToken bool, getenv func(string) string, diagnostics *diag.Diagnostics) (value, origin string) {
	fromEnvironment := getenv(roleARNVariable)
	switch {
	case !m.RoleARN.IsNull():
		return m.RoleARN.ValueString(), ""
	case ambientToken && fromEnvironment != "":
		return fromEnvironment, "the environment variable " + roleARNVariable
	}
	detail := "Set role_arn to the ARN of the role to assume, such as arn:aws:iam::123456789012:role/deploy."
	if fromEnvironment != "" {
		detail += fmt.Sprintf(" The environment variable %s is set, but it goes with the token of %s alone, and this block's token comes from elsewhere.",
			roleARNVariable, webidentity.FileVariable)
	}
	diagnostics.AddAttributeError(path.Root(assumerole.RoleARNArgument), "No role to assume", detail)
	return "", ""
}

// roleSessionName takes the block's argument, then the environment's, then "terraform".
func (m model) roleSessionName(getenv func(string) string, diagnostics *diag.Diagnostics) string {
	name := getenv(roleSessionNameVariable)
	switch {
	case !m.RoleSessionName.IsNull():
		return m.RoleSessionName.ValueString()
	case name == "":
		return assumerole.DefaultRoleSessionName
	}
	if err := assumerole.CheckRoleSessionName(name); err != nil {
		diagnostics.AddAttributeError(path.Root(assumerole.RoleSessionNameArgument), "Invalid role session name in the environment",
			fmt.Sprintf("It comes from the environment variable %s. %s", roleSessionNameVariable, explain.Failure(assumerole.Exchange{}, err).Detail))
	}
	return name
}

// timeout has been checked by the schema's validator.
func (m model) timeout() time.Duration {
	timeout, err := time.ParseDuration(m.Timeout.ValueString())
	if err != nil {
		return assumerole.DefaultTimeout
	}
	return timeout
}
