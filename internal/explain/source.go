package explain

import (
	"fmt"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// noToken explains why a source gives no token.
func noToken(exchange assumerole.Exchange, failure *webidentity.SourceError) Explanation {
	var explanation Explanation
	switch source := failure.Source.(type) {
	case webidentity.File:
		explanation = fileText(exchange, source, failure)
	case webidentity.Environment:
		explanation = environmentText(exchange, source, failure)
	default:
		explanation = inlineText(exchange, failure)
	}
	return atSource(exchange, explanation, sourceArgument(failure.Source))
}

// noPlatformToken explains why a platform gives no token. Its sentences are the platform's own.
func noPlatformToken(exchange assumerole.Exchange, failure *webidentity.Error) Explanation {
	detail := failure.Detail
	if exchange.Requests > 1 {
		detail += fmt.Sprintf(" The provider requested the token %d times.", exchange.Requests)
	}
	if failure.RetryAfter > 0 && failure.MaxAttempts > exchange.Requests {
		advice := "Set timeout to a longer time."
		if exchange.OnlyToken {
			advice = "Run again later."
		}
		detail += fmt.Sprintf(" The platform asks for a pause of %s, which is longer than the remaining time. %s",
			inShort(failure.RetryAfter), advice)
	}
	return atSource(exchange, Explanation{Summary: failure.Summary, Detail: detail}, RequestArgument)
}

// atSource puts an explanation at the argument of the token's source. If that is in the provider block, no argument of
// the block is at fault.
func atSource(exchange assumerole.Exchange, explanation Explanation, argument string) Explanation {
	explanation.said, explanation.Failure = explanation.Summary+".", explanation.Summary+explanation.Detail
	if exchange.Request.TokenOrigin.Kind == origin.ProviderBlock {
		explanation.Detail = paragraphs(explanation.Detail,
			fmt.Sprintf("The provider block names the source of the token, with %s.", argument))
		return explanation
	}
	explanation.Argument = argument
	return explanation
}

// unusable says what is wrong with the text of a token, for a sentence that starts with its place.
func unusable(exchange assumerole.Exchange, failure *webidentity.SourceError) string {
	switch failure.Problem {
	case webidentity.ProblemEmpty:
		return "is empty."
	case webidentity.ProblemNotText:
		return "isn't UTF-8 text. PowerShell's > can write UTF-16. Use Out-File with -Encoding utf8."
	case webidentity.ProblemTooShort:
		return fmt.Sprintf("is too short to be a token. It has %d characters, and the minimum is %d.",
			failure.Length, webidentity.MinTokenLength) + formText(exchange, failure.Form)
	case webidentity.ProblemTooLong:
		return fmt.Sprintf("is longer than a token can be: %d characters. The maximum is %d.",
			failure.Length, webidentity.MaxTokenLength)
	case webidentity.ProblemNotJWT:
		return "doesn't contain a JWT (three parts in base64url, separated by dots). Nothing was sent." +
			formText(exchange, failure.Form)
	default:
	}
	return "can't be used."
}

// formText says how a text that isn't a JWT might have come about. It repeats nothing of the text.
func formText(exchange assumerole.Exchange, form webidentity.Form) string {
	switch form {
	case webidentity.FormQuoted:
		return " It begins with a quotation mark. Remove the quotation marks."
	case webidentity.FormJSON:
		return " It is JSON. If the JSON has the token, use only the token. If it is an error, fix the step that " +
			"gets " +
			"the token."
	case webidentity.FormBearer:
		return " It begins with the word Bearer. Remove that word."
	case webidentity.FormMasked:
		return " It consists of asterisks, which is a secret that a log masked. Use the token itself, not the log's " +
			"text."
	case webidentity.FormEncrypted:
		return " It is an encrypted token (JWE). Configure the identity provider to sign ID tokens and not to " +
			"encrypt them."
	case webidentity.FormWhiteSpace:
		return " There is whitespace in it. Remove the whitespace."
	case webidentity.FormCutOff:
		return " It starts like a JWT and might be cut off. Use the whole token."
	case webidentity.FormPath:
		return " It looks like a path. Set " + FileArgument + " to it."
	case webidentity.FormVariable:
		return " It is the name of a variable that nothing expanded. Check the step that sets it."
	case webidentity.FormNull:
		return " It is the word null. Check the step that gets the token."
	case webidentity.FormGitHub:
		return " It is a token for GitHub's API. Set web_identity_token_request = { github_actions = {} }."
	case webidentity.FormAccessToken:
		if exchange.OnlyToken {
			return " It looks like an access token. Use the ID token."
		}
		return " It looks like an access token. Use the ID token. Only Login with Amazon and Facebook have access " +
			"tokens that STS accepts, with provider_id."
	case webidentity.FormUnknown:
	}
	return ""
}

const (
	unreadableFile = "The web identity token file can't be read"
	fileHasNoToken = "The web identity token file has no valid token"
)

func fileText(exchange assumerole.Exchange, file webidentity.File, failure *webidentity.SourceError) Explanation {
	shown := fileName(file, fmt.Sprintf("%q", secret.Scrub(file.Path)))
	// A token might be in the place of a path that leads nowhere, so only a plain path is shown.
	plain := fileName(file, secret.ShownPath(file.Path))
	misplaced := secret.HidesPath(file.Path)
	switch failure.Problem {
	case webidentity.ProblemTokenAsPath:
		return tokenAsPath(exchange, file)
	case webidentity.ProblemNotFound:
		return Explanation{
			Summary: unreadableFile, Detail: plain + " doesn't exist." + pathHint(exchange, file), Misplaced: misplaced,
		}
	case webidentity.ProblemNotPermitted:
		return Explanation{
			Summary:   unreadableFile,
			Detail:    shown + " may not be read by the user that runs Terraform. Let that user read it.",
			Misplaced: misplaced,
		}
	case webidentity.ProblemUnreadable:
		return Explanation{
			Summary: unreadableFile, Detail: plain + " can't be read." + pathHint(exchange, file), Misplaced: misplaced,
		}
	case webidentity.ProblemDirectory:
		return Explanation{
			Summary: "The web identity token file is a directory",
			Detail:  shown + " is a directory. Set the path of the file in it that has the token.",
		}
	case webidentity.ProblemNotRegular:
		return Explanation{
			Summary: "The web identity token file isn't a regular file",
			Detail: shown + " is a pipe, a socket or a device. The provider reads the token again whenever it needs " +
				"one. Use a regular file.",
		}
	case webidentity.ProblemTooLarge:
		return Explanation{
			Summary: "The web identity token file is too large",
			Detail: fmt.Sprintf("%s is larger than a token can be. The maximum is %d characters.",
				shown, webidentity.MaxTokenLength),
		}
	case webidentity.ProblemEmpty:
		return Explanation{
			Summary: fileHasNoToken,
			Detail: shown + " is empty. A step that failed to get the token usually leaves an empty file. Check the " +
				"step that writes the file.",
		}
	default:
	}
	return Explanation{
		Summary: fileHasNoToken,
		Detail: "The text in the file " + strings.TrimPrefix(shown, "The file ") +
			" " + unusable(exchange, failure),
	}
}

func tokenAsPath(exchange assumerole.Exchange, file webidentity.File) Explanation {
	place := "The value of " + FileArgument
	if file.Origin.Kind == origin.Variable {
		place = "The value of the environment variable " + file.Origin.Name
	}
	advice := "Set " + InlineArgument + " to the token instead."
	if exchange.OnlyToken {
		advice = "Write the token to a file, and set the path of that file."
	}
	return Explanation{
		Summary:   "The path of the token's file is a token",
		Detail:    place + " is a web identity token, not the path of a file. " + advice,
		Misplaced: true,
	}
}

// fileName names a file, to begin a sentence with.
func fileName(file webidentity.File, path string) string {
	if file.Origin.Kind == origin.Variable {
		return fmt.Sprintf("The file %s, named by the environment variable %s,", path, file.Origin.Name)
	}
	return "The file " + path
}

// eksTokens is the folder where EKS mounts the token of a service account with a role.
const eksTokens = "/var/run/secrets/eks.amazonaws.com/"

// pathHint says what to do about a path that leads nowhere.
func pathHint(exchange assumerole.Exchange, file webidentity.File) string {
	switch {
	case file.Path == "":
		return " The path is empty."
	case strings.HasPrefix(file.Path, "~"):
		return ` The provider doesn't expand "~". Write pathexpand(` + secret.ShownPath(file.Path) + `).`
	case strings.HasPrefix(file.Path, "$"):
		return " The provider doesn't expand variables of a shell. Write the whole path, or use pathexpand."
	case !secret.IsPath(file.Path) && exchange.OnlyToken:
		return " If it is a token, write it to a file, and set the path of that file."
	case !secret.IsPath(file.Path):
		return " If it is a token, set " + InlineArgument + " to it instead."
	case strings.HasPrefix(file.Path, eksTokens):
		return " EKS mounts the token only in a pod whose service account has the annotation " +
			"eks.amazonaws.com/role-arn, and sets " + webidentity.FileVariable + " to its path. Check the pod's " +
			"service account, and start the pod again after you change it."
	case file.Origin.Kind == origin.Variable:
		return " If the token comes from elsewhere, set one of the token arguments. They have precedence over the " +
			"variable."
	}
	return " Check the path, and the step that writes the file."
}

func environmentText(
	exchange assumerole.Exchange, variable webidentity.Environment, failure *webidentity.SourceError,
) Explanation {
	explanation := Explanation{
		Summary:   "The environment variable has no valid token",
		Misplaced: variable.Name != "" && !variable.HasPlainName(),
	}
	switch failure.Problem {
	case webidentity.ProblemNotName:
		explanation.Summary = "Not the name of an environment variable"
		explanation.Detail = "The value of " + EnvironmentArgument + " isn't the name of an environment variable." +
			nameHint(variable.Name)
	case webidentity.ProblemNotSet:
		explanation.Summary = "The environment variable isn't set"
		subject := "The environment variable " + variable.Name
		if !variable.HasPlainName() {
			subject = fmt.Sprintf(
				"The environment variable that %s names (%d characters, which aren't shown because they might be a "+
					"token)",
				EnvironmentArgument,
				len(variable.Name),
			)
		}
		explanation.Detail = subject + " isn't set, or is empty, where Terraform runs." + variableHint(variable.Name)
	default:
		explanation.Detail = "The environment variable " + variable.Name + " " + unusable(exchange, failure)
	}
	return explanation
}

// nameHint says what is in the place of a variable's name. It repeats nothing of it.
func nameHint(name string) string {
	switch {
	case name == "":
		return " It is empty."
	case webidentity.IsJWT(strings.TrimSpace(name)):
		return " It is a token itself. Set it to the name of the variable that has the token."
	case strings.ContainsAny(name, `/\`):
		return " It looks like a path. To read a file, use " + FileArgument + "."
	case strings.HasPrefix(name, "$"), strings.HasPrefix(name, "%"):
		return " Write only the name, without the sign that makes a shell expand it."
	}
	return " A name starts with a letter or an underscore, followed by letters, digits and underscores."
}

// variableHint says what makes a platform set its variable.
func variableHint(name string) string {
	switch {
	case strings.HasPrefix(name, "TFC_WORKLOAD_IDENTITY_TOKEN"):
		return " In HCP Terraform and Terraform Enterprise, set TFC_WORKLOAD_IDENTITY_AUDIENCE as an environment " +
			"variable of the workspace. For a token with a tag, add _TAG to that name."
	case strings.HasPrefix(name, "BITBUCKET_STEP_OIDC_TOKEN"):
		return " In Bitbucket Pipelines, set oidc: true on the step."
	}
	return " Check that the job requests the token (in GitLab, with id_tokens), and passes the variable to Terraform."
}

func inlineText(exchange assumerole.Exchange, failure *webidentity.SourceError) Explanation {
	if failure.Problem == webidentity.ProblemPathAsToken {
		return Explanation{
			Summary: "The token is the path of a file",
			Detail: "The value of " + InlineArgument + " is the path of a file, not a token. Set " + FileArgument +
				" to the path instead. The provider then reads the file whenever it needs a token.",
		}
	}
	kind := "a JWT from your identity provider, or an access token of Login with Amazon or Facebook, with provider_id."
	if exchange.OnlyToken {
		kind = "a JWT from your identity provider."
	}
	return Explanation{
		Summary: "Not a web identity token",
		Detail: "The value of " + InlineArgument + " " + unusable(exchange, failure) +
			" It must be the token itself: " + kind,
	}
}

// noTokenInTime explains that a source gave no token within the time that the provider waits for a token alone.
func noTokenInTime(exchange assumerole.Exchange, timeout *assumerole.TimeoutError) Explanation {
	return atSource(exchange, Explanation{
		Summary: "No web identity token within the timeout",
		Detail: fmt.Sprintf("%s passed while %s. The source might be slow, or a firewall might block it. Check where "+
			"Terraform runs, and run again.", inShort(timeout.Timeout), stageText(exchange, timeout.During)),
	}, sourceArgument(exchange.Request.Token))
}
