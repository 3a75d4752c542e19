//go:build unix

package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
)

// TestStandardError checks that the provider writes nothing to its standard error unless one of Terraform's log
// variables asks for it, and that the lines about an exchange are there if one does.
func TestStandardError(t *testing.T) {
	t.Parallel()
	executables := clitest.Built(t)
	f := startFixture(t)
	out := t.TempDir()
	script := filepath.Join(out, "provider")
	if err := os.WriteFile(
		script,
		[]byte("#!/bin/sh\nexec "+executables.STS+" \"$@\" 2>> $OUT/stderr\n"),
		0o700,
	); err != nil {
		t.Fatal(err)
	}
	cli := newCLIWith(t, script, providerAt(f.URL())+
		block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)))+
		strings.Replace(
			block(set("role_arn", roleARN(staging)), set("web_identity_token", "no token")),
			`"test"`,
			`"denied"`,
			1,
		))
	for variable, want := range map[string][]string{
		"":                      nil,
		"TF_LOG_PATH=/dev/null": nil,
		"TF_LOG_CORE=TRACE":     nil,
		"TF_LOG=TRACE":          {"AssumeRoleWithWebIdentity: a call failed", `"succeeded":true`},
		"TF_LOG_PROVIDER=DEBUG": {"AssumeRoleWithWebIdentity: a call failed", `"succeeded":true`},
		"TF_LOG_SDK=TRACE":      {"Received request"},
	} {
		run := cli
		folder := t.TempDir()
		run.CLI = cli.With("OUT="+folder, variable)
		run.mustFail(t, "plan", "-no-color")
		written := read(t, filepath.Join(folder, "stderr"))
		if want == nil && written != "" {
			t.Errorf("%q: %d bytes: %.200s", variable, len(written), written)
		}
		for _, text := range want {
			if !strings.Contains(written, text) {
				t.Errorf("%q: %q isn't in %d bytes", variable, text, len(written))
			}
		}
	}
}
