package refresh

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// roleVariable makes the test binary act as another program: see roles.
const roleVariable = "REFRESH_TEST_ROLE"

// TestMain also plays the executable that the config file names.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Subcommand {
		os.Exit(CredentialProcess(context.Background(), os.Args[2:], os.Stdout, os.Stderr))
	}
	if role := roles[os.Getenv(roleVariable)]; role != nil {
		os.Exit(role())
	}
	// This is for the processes that tests start. By default, a binary built with -race waits a second before it ends.
	if err := os.Setenv("GORACE", strings.TrimSpace(os.Getenv("GORACE")+" atexit_sleep_ms=0")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// roles are the other programs. The test files add them.
var roles = map[string]func() int{}

// session gives credentials with a number. They expire at a time.
func session(number int, expiration time.Time) Credentials {
	return Credentials{
		AccessKeyID:     secret.New(fmt.Sprintf("ASIATESTKEY%04d", number)),
		SecretAccessKey: secret.New(fmt.Sprintf("SeCrEtKeY%04d<&>/+=", number)),
		SessionToken:    secret.New(fmt.Sprintf("SeSsIoNtOkEn%04d", number)),
		Expiration:      expiration,
	}
}

// secretMarks are texts that only credentials of session contain.
var secretMarks = []string{"ASIATESTKEY", "SeCrEtKeY", "SeSsIoNtOkEn"}

// number is the number of a session, or -1 if session didn't make the credentials.
func number(credentials Credentials) int {
	var got int
	_, err := fmt.Sscanf(credentials.AccessKeyID.Reveal(), "ASIATESTKEY%04d", &got)
	want := session(got, credentials.Expiration)
	if err != nil || credentials.SecretAccessKey != want.SecretAccessKey ||
		credentials.SessionToken != want.SessionToken {
		return -1
	}
	return got
}
