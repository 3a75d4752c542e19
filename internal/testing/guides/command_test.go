package guides

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/command"
)

const outsideARun = "outside-a-run"

// shellFence is a block of a guide with commands.
var shellFence = regexp.MustCompile("(?s)```sh\n(.*?)```")

// runCommand runs a command of the executable with the variables of an environment.
func runCommand(
	t *testing.T,
	environment map[string]string,
	name string,
	flags ...string,
) (status int, out, why string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = command.Run(t.Context(), name, flags, command.Process{
		Getenv: func(name string) string { return environment[name] }, Stdout: &stdout, Stderr: &stderr,
	})
	return status, stdout.String(), stderr.String()
}

// TestFlagsOfTheGuide checks that the guide has the help of each command as it is.
func TestFlagsOfTheGuide(t *testing.T) {
	t.Parallel()
	guide := readGuides(t)[outsideARun]
	for _, name := range command.Names {
		path := filepath.Join("examples", "guides", outsideARun, name+".txt")
		if !strings.Contains(guide, `{{codefile "text" "`+filepath.ToSlash(path)+`"}}`) {
			t.Errorf("the guide doesn't include %s", path)
		}
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		if _, help, _ := runCommand(t, nil, name, "-h"); string(text) != help {
			t.Errorf("%s isn't the help of the command. Run make generate", path)
		}
	}
}

var (
	mentionedFlag = regexp.MustCompile(`--[a-z][a-z0-9-]*`)
	flagsRow      = regexp.MustCompile("(?m)^\\| ([^|]+) \\| `(--[^`]+)`")
)

// TestFlagsInText checks that the commands have each flag that the guides mention in a profile or in a command.
func TestFlagsInText(t *testing.T) {
	t.Parallel()
	_, help, _ := runCommand(t, nil, "credentials", "-h")
	has := strings.Fields(help)
	guides := readGuides(t)
	profiles := readExample(t, "s3-backend/command/aws.config") + readExample(t, outsideARun+"/aws.config")
	for _, text := range append(providerCommands(guides), profiles) {
		for _, flag := range mentionedFlag.FindAllString(text, -1) {
			if !contains(has, flag) {
				t.Errorf("the command has no %s, which is in:\n%s", flag, text)
			}
		}
	}
}

func contains(words []string, word string) bool {
	for _, each := range words {
		if strings.Trim(each, ".,") == word {
			return true
		}
	}
	return false
}

var providerCommand = regexp.MustCompile(`(?m)terraform-provider-sts (?:credentials|token)(?: [^\n|)]*\\\n)*[^\n|)]*`)

// providerCommands are the commands with flags in the shell blocks of the guides.
func providerCommands(guides map[string]string) []string {
	var commands []string
	for _, guide := range guides {
		for _, block := range shellFence.FindAllStringSubmatch(guide, -1) {
			commands = append(commands, providerCommand.FindAllString(block[1], -1)...)
		}
	}
	return commands
}

// TestFlagsForPlatforms checks that the command accepts the flags of each platform. The platform isn't there, so there
// is no token.
func TestFlagsForPlatforms(t *testing.T) {
	t.Parallel()
	rows := flagsRow.FindAllStringSubmatch(section(t, readGuides(t)["s3-backend"], "## 2. "), -1)
	if len(rows) != 10 {
		t.Errorf("%d platforms with flags, want 10", len(rows))
	}
	// The metadata services are replaced, so that nothing leaves loopback.
	environment := map[string]string{
		"GCE_METADATA_HOST": "127.0.0.1:1", "IDENTITY_ENDPOINT": "http://127.0.0.1:1", "IDENTITY_HEADER": "x",
	}
	for _, row := range rows {
		flags := append([]string{
			"--role-arn", "arn:aws:iam::111122223333:role/terraform-state", "--timeout", "1s", "--max-retries", "0",
		}, strings.Fields(row[2])...)
		if status, _, why := runCommand(t, environment, "credentials", flags...); status != 1 {
			t.Errorf("%s: status %d: %s", row[1], status, why)
		}
	}
}

// section is the part of a guide from a heading to the next of the same level.
func section(t *testing.T, guide, heading string) string {
	t.Helper()
	_, after, found := strings.Cut(guide, "\n"+heading)
	if !found {
		t.Fatalf("the guide has no section %q", heading)
	}
	before, _, _ := strings.Cut(after, "\n## ")
	return before
}

func readExample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
