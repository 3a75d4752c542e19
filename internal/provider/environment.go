package provider

import (
	"maps"
	"regexp"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/refresh"
)

// The variables of `environment` that don't depend on the session. They keep SDKs from another identity that the runner
// has. A command can be given variables, but none can be taken away, so each stands here with a value that all SDKs
// take for unset. The guide "Credentials for commands" says which SDK reads which.
var (
	// besideKeys are for a session whose keys are in the environment.
	besideKeys = map[string]string{
		"AWS_CREDENTIAL_EXPIRATION":   "", // botocore would reject the keys after another session's end
		"AWS_CREDENTIAL_SCOPE":        "", // JavaScript v3 would sign for it
		"AWS_WEB_IDENTITY_TOKEN_FILE": "", // .NET v3 reads it before the keys

		// botocore and JavaScript v3 would use a cached SSO token if the runner prefers bearer tokens.
		"AWS_AUTH_SCHEME_PREFERENCE": "sigv4",
	}

	// besideProfile are for a session that a profile leads to.
	besideProfile = map[string]string{
		"AWS_SDK_LOAD_CONFIG":       "1",    // Go v1 and JavaScript v2 don't read AWS_CONFIG_FILE without it
		"AWS_EC2_METADATA_DISABLED": "true", // JavaScript, Java and PHP would ask the machine when a refresh fails

		"AWS_AUTH_SCHEME_PREFERENCE": "sigv4", // as beside keys

		// Keys come before a profile in most SDKs.
		"AWS_ACCESS_KEY_ID":     "",
		"AWS_SECRET_ACCESS_KEY": "",
		"AWS_SESSION_TOKEN":     "",

		// The names before those, which Go v1 and v2 still read.
		"AWS_ACCESS_KEY": "",
		"AWS_SECRET_KEY": "",

		// The names that JavaScript v2 reads beside them.
		"AMAZON_ACCESS_KEY_ID":     "",
		"AMAZON_SECRET_ACCESS_KEY": "",

		// A pod's identity on EKS, which comes before a profile in most SDKs.
		"AWS_WEB_IDENTITY_TOKEN_FILE": "",
		"AWS_ROLE_ARN":                "",
		"AWS_ROLE_SESSION_NAME":       "",

		// A container's identity. JavaScript v2 asks for it before it runs the profile's process, others if that fails.
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI":     "",
	}
)

// keysEnvironment is `environment` with the session's keys.
func keysEnvironment(result *assumerole.Result, roleARN string) map[string]string {
	environment := maps.Clone(besideKeys)
	environment["AWS_ACCESS_KEY_ID"] = result.Credentials.AccessKeyID.Reveal()
	environment["AWS_SECRET_ACCESS_KEY"] = result.Credentials.SecretAccessKey.Reveal()
	environment["AWS_SESSION_TOKEN"] = result.Credentials.SessionToken.Reveal()
	// botocore reads it before AWS_SESSION_TOKEN
	environment["AWS_SECURITY_TOKEN"] = result.Credentials.SessionToken.Reveal()
	environment["AWS_ACCOUNT_ID"] = sessionAccount(result, roleARN) // for the names of endpoints
	return environment
}

// profileEnvironment is `environment` with a profile that leads to a session.
func profileEnvironment(session *refresh.Server) map[string]string {
	environment := maps.Clone(besideProfile)
	environment["AWS_CONFIG_FILE"] = session.ConfigFile()
	environment["AWS_SHARED_CREDENTIALS_FILE"] = session.CredentialsFile() // PHP finds processes only there
	environment["AWS_PROFILE"] = session.Profile()
	environment["AWS_DEFAULT_PROFILE"] = session.Profile() // botocore reads it before AWS_PROFILE
	return environment
}

// accountOfARN is the account ID in the ARN of a session or of a role.
var accountOfARN = regexp.MustCompile(`^arn:[^:]*:(?:sts|iam)::(\d{12}):`)

// sessionAccount is the session's account ID, or empty if the ARNs have none.
func sessionAccount(result *assumerole.Result, roleARN string) string {
	for _, arn := range []*string{result.AssumedRoleARN, &roleARN} {
		if arn == nil {
			continue
		}
		if match := accountOfARN.FindStringSubmatch(*arn); match != nil {
			return match[1]
		}
	}
	return ""
}
