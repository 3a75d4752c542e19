package provider

import (
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// The environment variables that stand in for arguments. The token's is webidentity.FileVariable.
const (
	roleARNVariable         = "AWS_ROLE_ARN"
	roleSessionNameVariable = "AWS_ROLE_SESSION_NAME"
)

// withDefaults makes the core's request of a block, with the defaults of the provider block and of the environment.
func (m model) withDefaults(
	defaults identityModel, client *http.Client, getenv func(string) string, diagnostics *diag.Diagnostics,
) assumerole.Request {
	request := m.request
	m.setToken(defaults, client, getenv, &request, diagnostics)
	if request.Token == nil {
		return request // the error is there, and one about the role would be besides the point
	}
	request.RoleARN, request.RoleARNOrigin = m.roleARN(request.TokenOrigin, getenv, diagnostics)
	request.RoleSessionName, request.RoleSessionNameOrigin = m.roleSessionName(defaults, getenv)
	for n := range request.Hops {
		hop := &request.Hops[n]
		if hop.RoleSessionNameOrigin = origin.Of(origin.Block); hop.RoleSessionName == "" {
			hop.RoleSessionName, hop.RoleSessionNameOrigin = request.RoleSessionName, request.RoleSessionNameOrigin
		}
	}
	checkAudience(request, diagnostics)
	return request
}

// setToken takes the block's argument, then the provider block's, then the environment's file.
func (m model) setToken(
	defaults identityModel, client *http.Client, getenv func(string) string, request *assumerole.Request,
	diagnostics *diag.Diagnostics,
) {
	opaque := request.ProviderID != ""
	switch {
	case m.hasToken():
		request.TokenOrigin = origin.Of(origin.Block)
		request.Token = m.source(request.TokenOrigin, opaque, client)
	case defaults.hasToken():
		request.TokenOrigin = origin.Of(origin.ProviderBlock)
		request.Token = defaults.source(request.TokenOrigin, opaque, client)
	case getenv(webidentity.FileVariable) != "":
		request.TokenOrigin = origin.OfVariable(webidentity.FileVariable)
		request.Token = webidentity.File{
			Path: getenv(webidentity.FileVariable), Origin: request.TokenOrigin, Opaque: opaque,
		}
	default:
		addError(diagnostics, explain.NoSource(getenv))
	}
}

// checkAudience demands an audience for a role in aws-cn, from platforms that have a default. IAM OIDC providers have
// different audiences there, so the default would usually be wrong.
func checkAudience(request assumerole.Request, diagnostics *diag.Diagnostics) {
	role, err := arn.Parse(request.RoleARN)
	token, isPlatform := request.Token.(webidentity.PlatformRequest)
	if err != nil || role.Partition != "aws-cn" || !isPlatform {
		return
	}
	audience, _ := token.Platform.Audience()
	if _, ok := token.Values[audience.Name]; ok || audience.Default == "" {
		return
	}
	diagnostics.AddError("The token's audience must be set",
		fmt.Sprintf("The role %q is in the partition aws-cn, where IAM OIDC providers are registered with different "+
			"audiences. Set %s in %s to the client ID of the IAM OIDC provider in the role's account, such as "+
			"sts.amazonaws.com.cn.",
			request.RoleARN, audience.Name, explain.RequestArgument))
}

// roleARN takes the block's argument. The environment's role goes only with the environment's token: the two are one
// contract, and a null among the roles of a for_each must not become the role of the pod that Terraform runs in.
func (m model) roleARN(
	token origin.Origin, getenv func(string) string, diagnostics *diag.Diagnostics,
) (string, origin.Origin) {
	fromEnvironment := getenv(roleARNVariable)
	switch {
	case !m.RoleARN.IsNull():
		return m.RoleARN.ValueString(), origin.Of(origin.Block)
	case token.Kind == origin.Variable && fromEnvironment != "":
		return fromEnvironment, origin.OfVariable(roleARNVariable)
	}
	detail := "Set role_arn to the ARN of the role to assume, such as arn:aws:iam::123456789012:role/deploy."
	if fromEnvironment != "" {
		detail += fmt.Sprintf(" The environment variable %s is set, but it applies only to the token of %s, and this "+
			"block's token comes from elsewhere.", roleARNVariable, webidentity.FileVariable)
	}
	diagnostics.AddAttributeError(path.Root(explain.RoleARNArgument), "No role to assume", detail)
	return "", origin.Origin{}
}

// roleSessionName takes the block's argument, then the provider block's, then the environment's, then "terraform".
func (m model) roleSessionName(defaults identityModel, getenv func(string) string) (string, origin.Origin) {
	name := getenv(roleSessionNameVariable)
	switch {
	case !m.RoleSessionName.IsNull():
		return m.RoleSessionName.ValueString(), origin.Of(origin.Block)
	case !defaults.RoleSessionName.IsNull():
		return defaults.RoleSessionName.ValueString(), origin.Of(origin.ProviderBlock)
	case name != "":
		return name, origin.OfVariable(roleSessionNameVariable)
	}
	return assumerole.DefaultRoleSessionName, origin.Origin{}
}
