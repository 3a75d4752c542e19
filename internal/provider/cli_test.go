package provider_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// installedCLI is a CLI with the providers, and a folder to run it in.
type installedCLI struct {
	*terraformcli.CLI
	folder    string
	workspace *terraformcli.Workspace
	required  map[string]string // the addresses of the providers, by their names in the configuration
}

// newCLI makes a workspace with a configuration, and a CLI that starts the built providers. It needs no init.
func newCLI(t *testing.T, config string) installedCLI {
	t.Helper()
	executables := clitest.Built(t)
	return newCLIWith(t, executables.STS, config)
}

// newCLIWith is newCLI with another executable in the provider's place.
func newCLIWith(t *testing.T, executable, config string) installedCLI {
	t.Helper()
	return newCLIOf(t, map[string]string{"sts": executable}, config)
}

// newCLIOf is newCLI with several executables. Each has its own name in the configuration, such as sts-other.
func newCLIOf(t *testing.T, executables map[string]string, config string) installedCLI {
	t.Helper()
	cli := prepareCLI(t, executables, config)
	overrides := ""
	for _, source := range cli.required {
		folders, err := filepath.Glob(cli.workspace.Path("mirror", filepath.FromSlash(source), "*", "*"))
		if err != nil || len(folders) != 1 {
			t.Fatalf("%s is at %q, %v", source, folders, err)
		}
		overrides += fmt.Sprintf("    %q = %q\n", source, filepath.ToSlash(folders[0]))
	}
	config = "disable_checkpoint = true\nprovider_installation {\n  dev_overrides {\n" + overrides + "  }\n}\n"
	cli.CLI = cli.With("TF_CLI_CONFIG_FILE=" + testenv.WriteFile(t, "overrides.tfrc", config))
	return cli
}

// newInitializedCLI is newCLI with an installation of the providers, as users have it.
func newInitializedCLI(t *testing.T, config string) installedCLI {
	t.Helper()
	executables := clitest.Built(t)
	cli := prepareCLI(t, map[string]string{"sts": executables.STS}, config)
	cli.mustRun(t, "init", "-no-color")
	return cli
}

// prepareCLI makes a workspace with a configuration, and with a mirror of the providers that it needs.
func prepareCLI(t *testing.T, executables map[string]string, config string) installedCLI {
	t.Helper()
	workspace := clitest.Workspace(t)
	cli := installedCLI{CLI: clitest.Find(t, workspace), workspace: workspace}
	executables = maps.Clone(executables)
	if strings.Contains(config, `provider "aws"`) {
		built := clitest.Built(t)
		executables["aws"] = built.Consumer
	}
	required := map[string]string{}
	for name, executable := range executables {
		required[name] = sourceOf(name)
		address, err := terraformcli.ParseAddress(required[name])
		if err != nil {
			t.Fatal(err)
		}
		if err := cli.Mirror(address, terraformcli.ProviderVersion, executable); err != nil {
			t.Fatal(err)
		}
	}
	cli.configure(t, required, config)
	return cli
}

// sourceOf is the address of a provider, by its name in a configuration: sts, aws, or another name of the same one,
// such as sts-other.
func sourceOf(name string) string {
	kind, other, isOther := strings.Cut(name, "-")
	address := attachable[kind].address
	if isOther {
		address += "-" + other
	}
	return address
}

// configure writes the configuration that the CLI runs with, and the sources of its providers.
func (cli *installedCLI) configure(t *testing.T, required map[string]string, config string) {
	t.Helper()
	var err error
	if cli.folder, err = cli.workspace.Folder("run"); err != nil {
		t.Fatal(err)
	}
	cli.required = required
	text := "terraform {\n  required_providers {\n"
	for name, source := range required {
		text += fmt.Sprintf("    %s = { source = %q }\n", name, source)
	}
	text += "  }\n}\n" + config
	for number, content := range inFiles(text) {
		name := "main.tf"
		if number > 0 {
			name = fmt.Sprintf("more-%d.tf", number)
		}
		if err := os.WriteFile(filepath.Join(cli.folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// inFiles distributes blocks over files. The CLI reads the whole file of a block for each of its errors, so a large
// file would be slow.
func inFiles(config string) []string {
	const enough = 4000
	var files []string
	for {
		end := -1
		if len(config) > enough {
			end = strings.Index(config[enough:], "\n}\n")
		}
		if end < 0 {
			return append(files, config)
		}
		end += enough + len("\n}\n")
		files, config = append(files, config[:end]), config[end:]
	}
}

// mustRun runs a command that must succeed, and returns its output.
func (cli installedCLI) mustRun(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := cli.Run(t.Context(), cli.folder, arguments...)
	if err != nil {
		t.Fatalf("%v\n%s", err, transcript(err))
	}
	return output
}

// mustFail runs a command that must fail, and returns everything that it wrote.
func (cli installedCLI) mustFail(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := cli.runAny(t, arguments...)
	if err == nil {
		t.Fatalf("no failure:\n%s", output)
	}
	return output
}

// output is an output that the last apply has stored.
func (cli installedCLI) output(t *testing.T, name string) any {
	t.Helper()
	var state struct {
		Outputs map[string]struct{ Value any }
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(cli.folder, "terraform.tfstate"))), &state); err != nil {
		t.Fatal(err)
	}
	return state.Outputs[name].Value
}

func transcript(err error) string {
	if failed, ok := errors.AsType[*terraformcli.CommandError](err); ok {
		return failed.Output
	}
	return ""
}

// runAny runs a command that may fail, and returns everything that it wrote.
func (cli installedCLI) runAny(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	output, err := cli.Run(t.Context(), cli.folder, arguments...)
	if err != nil {
		return transcript(err), err
	}
	return output, nil
}
