package assumerole

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// loadError says what the SDK found wrong with the environment or the shared configuration.
func loadError(settings Settings, err error) error {
	var (
		missing config.SharedConfigProfileNotExistError
		broken  config.SharedConfigLoadError
		path    *fs.PathError
	)
	switch {
	case errors.Is(err, errSlowFiles), errors.Is(err, context.Canceled):
		return &SettingError{Summary: "The AWS shared configuration can't be read", Detail: fullStop(err)}
	case errors.As(err, &missing):
		return profileError(missing.Profile)
	case errors.As(err, &broken):
		return &SettingError{
			Summary: "The AWS shared configuration can't be read",
			Detail: fmt.Sprintf(
				"The file %s can't be read: %s.",
				secret.ShownPath(broken.Filename),
				secret.PlainWords(broken.Err.Error(), nil),
			),
		}
	case errors.As(err, &path):
		// The only other files that are read are the bundles.
		return caBundleError(settings, fmt.Sprintf("the file %s %s", secret.ShownPath(path.Path), unreadable(err)))
	case strings.Contains(err.Error(), "custom CA bundle"):
		return caBundleError(settings, "the file holds no certificate in PEM form")
	}
	return &SettingError{
		Summary: "The AWS environment or shared configuration can't be used",
		Detail:  fmt.Sprintf("The AWS SDK refuses it: %s.%s", secret.PlainWords(err.Error(), nil), profileHint()),
	}
}

// profileError tells a profile that is missing from one that another refers to. The SDK insists on either, though this
// provider takes no credentials of them.
func profileError(missing string) error {
	named, variable := namedProfile()
	if named != missing {
		return &SettingError{
			Summary: "The AWS profile refers to one that doesn't exist",
			Detail: fmt.Sprintf("The profile %q refers to the profile %q, which none of the shared configuration "+
				"files has.%s",
				secret.Shown(named), secret.Shown(missing), profileHint()),
		}
	}
	return &SettingError{
		Summary: "The AWS profile doesn't exist",
		Detail: fmt.Sprintf("The environment variable %s names the profile %q, which none of the shared "+
			"configuration files has.%s",
			variable, secret.Shown(missing), profileHint()),
	}
}

func fullStop(err error) string {
	if text := sentence(err.Error()); strings.HasSuffix(text, "?") {
		return text
	}
	return sentence(err.Error()) + "."
}

func namedProfile() (name, variable string) {
	for _, variable := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if name := os.Getenv(variable); name != "" {
			return name, variable
		}
	}
	return "default", ""
}

func profileHint() string {
	if _, variable := namedProfile(); variable != "" {
		return fmt.Sprintf(" Correct it, or unset %s: this provider needs no profile.", variable)
	}
	return ""
}

func caBundleError(settings Settings, problem string) error {
	origin := "The environment variable AWS_CA_BUNDLE, or ca_bundle of the profile,"
	argument := ""
	if settings.CustomCABundle != "" {
		origin, argument = "The provider's argument custom_ca_bundle", CustomCABundleArgument
	}
	return &SettingError{
		Argument: argument,
		Summary:  "The CA bundle can't be used",
		Detail:   fmt.Sprintf("%s names a bundle of certificates, but %s.", origin, problem),
	}
}

// unreadable says why a file can't be read.
func unreadable(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "doesn't exist"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read by the user that runs Terraform"
	}
	return "can't be read"
}
