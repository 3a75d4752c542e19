package assumerole

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// loadError types what the SDK found wrong with its environment variables or the shared configuration.
func loadError(settings Settings, err error) error {
	var (
		missing config.SharedConfigProfileNotExistError
		broken  config.SharedConfigLoadError
		path    *fs.PathError
	)
	switch {
	case errors.Is(err, errSlowFiles):
		return &SharedConfigError{Problem: SharedConfigTooSlow, Reason: err.Error()}
	case errors.Is(err, context.Canceled):
		return &SharedConfigError{Problem: SharedConfigInterrupted, Reason: err.Error()}
	case errors.As(err, &missing):
		return profileError(missing.Profile)
	case errors.As(err, &broken):
		return &SharedConfigError{
			Problem: SharedConfigUnreadable,
			Path:    secret.ShownPath(broken.Filename),
			Reason:  secret.PlainWords(broken.Err.Error(), nil),
		}
	case errors.As(err, &path):
		// The only other files that are read are the bundles.
		return caBundleError(settings, fileProblem(err), path.Path)
	case strings.Contains(err.Error(), "custom CA bundle"):
		return caBundleError(settings, ProblemNotPEM, "")
	}
	name, variable := namedProfile()
	return &SharedConfigError{
		Profile:  secret.Shown(name),
		Variable: variable,
		Reason:   secret.PlainWords(err.Error(), nil),
	}
}

// profileError tells a profile that is missing from one that another refers to. The SDK insists on either, though this
// provider takes no credentials of them.
func profileError(missing string) error {
	name, variable := namedProfile()
	problem := SharedConfigNoProfile
	if name != missing {
		problem = SharedConfigNoReferredProfile
	}
	return &SharedConfigError{
		Problem:  problem,
		Profile:  secret.Shown(name),
		Missing:  secret.Shown(missing),
		Variable: variable,
		Reason:   "a profile is missing",
	}
}

func namedProfile() (name, variable string) {
	for _, variable := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if name := os.Getenv(variable); name != "" {
			return name, variable
		}
	}
	return "default", ""
}

// caBundleError is an error of the CA bundle, which the SDK's variable or the profile names if the settings don't.
func caBundleError(settings Settings, problem Problem, path string) error {
	from := origin.OfVariable("AWS_CA_BUNDLE") // or the profile's ca_bundle: the SDK doesn't say
	if settings.CustomCABundle != "" {
		from = origin.Of(origin.ProviderBlock)
	}
	return &ValueError{
		Parameter: ParameterCustomCABundle, Origin: from, Problem: problem,
		Part: secret.ShownPath(path), Secret: secret.HidesPath(path),
	}
}

// fileProblem says why a file can't be read.
func fileProblem(err error) Problem {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ProblemNotFound
	case errors.Is(err, fs.ErrPermission):
		return ProblemNotPermitted
	}
	return ProblemUnreadable
}
