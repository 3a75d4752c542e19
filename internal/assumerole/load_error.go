package assumerole

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// loadError says what the SDK found wrong with the environment or the shared configuration.
func loadError(err error) error {
	var (
		missing    config.SharedConfigProfileNotExistError
		unreadable config.SharedConfigLoadError
		path       *fs.PathError
	)
	switch {
	case errors.As(err, &missing):
		return &SettingError{
			Summary: "The AWS profile doesn't exist",
			Detail: fmt.Sprintf("The environment variable AWS_PROFILE names the profile %q, which none of the shared configuration files has. Correct it, or unset it: "+
				"this provider needs no profile.", secret.Scrub(missing.Profile)),
		}
	case errors.As(err, &unreadable):
		return &SettingError{
			Summary: "The AWS shared configuration can't be read",
			Detail:  fmt.Sprintf("The file %q can't be read: %s.", unreadable.Filename, secret.Scrub(unreadable.Err.Error())),
		}
	case errors.As(err, &path):
		// The only other files that are read are the bundles.
		return caBundleError(fmt.Sprintf("the file %q can't be read: %s", path.Path, path.Err))
	case strings.Contains(err.Error(), "custom CA bundle"):
		return caBundleError("the file holds no certificate in PEM form")
	}
	return &SettingError{
		Summary: "The AWS environment or shared configuration can't be used",
		Detail:  fmt.Sprintf("The AWS SDK refuses it: %s.", secret.Scrub(err.Error())),
	}
}

func caBundleError(problem string) error {
	return &SettingError{
		Summary: "The CA bundle can't be used",
		Detail:  fmt.Sprintf("The environment variable AWS_CA_BUNDLE, or ca_bundle of the profile, names a bundle of certificates, but %s.", problem),
	}
}
