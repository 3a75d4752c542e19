package terraformcli

import (
	"slices"
	"strings"
)

// inherited are the variables of the parent's environment that the CLI gets: what a program needs to start, and what a
// download needs to get through. It is a list of what may pass, not of what may not, because nobody knows all the
// variables that Terraform, OpenTofu, the AWS SDK and Go's plugins listen to.
var inherited = []string{
	"PATH",
	"LANG", "LC_ALL", "LC_CTYPE", "TZ",
	"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", // Windows programs don't start without them
	"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
}

// loopback is never reached through a proxy: the emulator is there.
const loopback = "127.0.0.1,localhost"

// environment is what the CLI runs in: its home and its temporary files are in the workspace, its configuration is
// ours.
func (w *Workspace) environment(parent []string) []string {
	var environment []string
	exceptions := loopback
	for _, variable := range parent {
		name, value, _ := strings.Cut(variable, "=")
		name = strings.ToUpper(name)
		switch {
		case !slices.Contains(inherited, name):
		case name == "NO_PROXY":
			if value != "" {
				exceptions = value + "," + exceptions
			}
		default:
			environment = append(environment, name+"="+value)
		}
	}
	home, temp := w.Path(homeFolder), w.Path(tempFolder)
	return append(environment,
		"HOME="+home, "USERPROFILE="+home, "APPDATA="+home, "LOCALAPPDATA="+home,
		"TMPDIR="+temp, "TMP="+temp, "TEMP="+temp,
		"NO_PROXY="+exceptions,
		"TF_CLI_CONFIG_FILE="+w.Path(configFile),
		"TF_IN_AUTOMATION=1",
		"TF_INPUT=0",
		// A registry that can't be reached is found out at once.
		"TF_REGISTRY_DISCOVERY_RETRY=0",
		"TF_REGISTRY_CLIENT_TIMEOUT=10",
		"CHECKPOINT_DISABLE=1",
	)
}
