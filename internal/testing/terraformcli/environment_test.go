package terraformcli

import (
	"slices"
	"strings"
	"testing"
)

func TestEnvironmentOmitsUserSettings(t *testing.T) {
	w := newWorkspace(t)
	parent := []string{
		"PATH=/bin",
		"HTTPS_PROXY=http://proxy.example.com",
		"no_proxy=internal.example.com",
		"HOME=/home/user",
		"TMPDIR=/tmp",
		"AWS_ACCESS_KEY_ID=theirs",
		"AWS_PROFILE=theirs",
		"AWS_WEB_IDENTITY_TOKEN_FILE=theirs",
		"AWS_ENDPOINT_URL_STS=theirs",
		"TF_CLI_CONFIG_FILE=theirs",
		"TF_CLI_ARGS=-theirs",
		"TF_CLI_ARGS_plan=-theirs",
		"TF_VAR_sts_endpoint=theirs",
		"TF_LOG=theirs",
		"TF_WORKSPACE=theirs",
		"TF_DATA_DIR=theirs",
		"TF_PLUGIN_CACHE_DIR=theirs",
		"TF_REATTACH_PROVIDERS=theirs",
		"TF_LOG_SDK_PROTO_DATA_DIR=theirs",
		"TERRAFORM_CONFIG=theirs",
		"TOFU_ANYTHING=theirs",
		"OTEL_TRACES_EXPORTER=theirs",
		"XDG_DATA_HOME=theirs",
		"XDG_CONFIG_HOME=theirs",
	}
	got := w.environment(parent)
	for _, variable := range got {
		if strings.Contains(variable, "theirs") {
			t.Errorf("%s got through", variable)
		}
	}
	for _, want := range []string{
		"PATH=/bin", "HTTPS_PROXY=http://proxy.example.com", "NO_PROXY=internal.example.com,127.0.0.1,localhost",
		"HOME=" + w.Path("home"), "TMPDIR=" + w.Path("tmp"), "TF_CLI_CONFIG_FILE=" + w.Path("cli.tfrc"),
		"CHECKPOINT_DISABLE=1",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %q", want, got)
		}
	}
	names := make(map[string]bool)
	for _, variable := range got {
		name, _, _ := strings.Cut(variable, "=")
		if names[name] {
			t.Errorf("%s is there twice", name)
		}
		names[name] = true
	}
}

func newWorkspace(t *testing.T) *Workspace {
	t.Helper()
	w, err := NewWorkspace()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Remove(); err != nil {
			t.Error(err)
		}
	})
	return w
}
