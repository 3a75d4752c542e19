package explain

import (
	"fmt"
	"slices"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// NoSource explains that neither the configuration nor the environment names a source of the token. If a variable shows
// the platform, the text starts with its source.
func NoSource(getenv func(string) string) Explanation {
	return Explanation{
		Summary: "No web identity token",
		Detail: paragraphs(platformSource(getenv, false), fmt.Sprintf(
			"The configuration has no source for the token. Set one of these arguments in this block or in the "+
				"provider block:\n"+
				"  - %s: the token itself\n"+
				"  - %s: the path of a file with the token\n"+
				"  - %s: the name of an environment variable with the token\n"+
				"  - %s: the platform that Terraform runs on\n"+
				"Or set the environment variable %s to the path of a file.",
			InlineArgument,
			FileArgument,
			EnvironmentArgument,
			RequestArgument,
			webidentity.FileVariable,
		)),
	}
}

// NoTokenSource is NoSource for a block that returns the token itself. The file of the environment isn't a source of
// such a token, because its token is meant for AWS.
func NoTokenSource(getenv func(string) string) Explanation {
	return Explanation{
		Summary: "No source of the web identity token",
		Detail: paragraphs(platformSource(getenv, true), fmt.Sprintf(
			"Set one of these arguments in this block:\n"+
				"  - %[1]s: the path of a file with the token\n"+
				"  - %[2]s: the name of an environment variable with the token\n"+
				"  - %[3]s: the platform that Terraform runs on\n"+
				"Or set one of the %[4]s… arguments in the provider block.",
			FileArgument,
			EnvironmentArgument,
			RequestArgument,
			InlineArgument,
		), fmt.Sprintf(
			"The file of the environment variable %s isn't a default here. Its token is meant for AWS, and this "+
				"resource passes tokens to others. To use it anyway, set %s to its path.",
			webidentity.FileVariable,
			FileArgument,
		)),
	}
}

// platformSources are the usual sources of the token, by a variable that a platform sets. The first variable that is
// set decides.
var platformSources = []struct{ variable, source string }{
	{"GITHUB_ACTIONS", "In GitHub Actions, set web_identity_token_request = { github_actions = {} }."},
	{
		"TFC_RUN_ID",
		"In HCP Terraform, set the environment variable TFC_WORKLOAD_IDENTITY_AUDIENCE in the workspace, and " +
			"web_identity_token_env = \"TFC_WORKLOAD_IDENTITY_TOKEN\".",
	},
	{
		"GITLAB_CI",
		"In GitLab CI, add id_tokens to the job, and set web_identity_token_env to the name of its variable.",
	},
	{"BUILDKITE", "In Buildkite, set web_identity_token_request = { buildkite = {} }."},
	{"CIRCLECI", "In CircleCI, set web_identity_token_env = \"CIRCLE_OIDC_TOKEN_V2\"."},
	{"BITBUCKET_BUILD_NUMBER", "In Bitbucket Pipelines, set oidc: true on the step, and web_identity_token_env = " +
		"\"BITBUCKET_STEP_OIDC_TOKEN\"."},
	{"SPACELIFT_OIDC_TOKEN", "In Spacelift, set web_identity_token_env = \"SPACELIFT_OIDC_TOKEN\"."},
	{
		"TF_BUILD",
		"In Azure Pipelines, set web_identity_token_request = { azure_devops = { service_connection_id = ... } }.",
	},
	{
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
		"The pod has a role of EKS Pod Identity, which has no web identity token. " +
			"Annotate the service account with eks.amazonaws.com/role-arn (IRSA), or project a token.",
	},
	{
		"KUBERNETES_SERVICE_HOST",
		"In a pod on Amazon EKS, annotate the service account with eks.amazonaws.com/role-arn, " +
			"and start the pod again. On another cluster, project a token and set web_identity_token_file.",
	},
}

// sourcesForAWS are the variables of platformSources whose sources have tokens that are meant for AWS.
var sourcesForAWS = []string{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "KUBERNETES_SERVICE_HOST"}

// platformSource is the usual source if a variable of a platform is set. The token can be for others than AWS.
func platformSource(getenv func(string) string, forOthers bool) string {
	for _, platform := range platformSources {
		if getenv(platform.variable) == "" {
			continue
		}
		if forOthers && slices.Contains(sourcesForAWS, platform.variable) {
			return ""
		}
		return platform.source
	}
	return ""
}
