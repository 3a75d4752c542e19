//go:build unix

package provider_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// TestTokenSourceIsUnusedWhileTheHubLasts checks an apply that is longer than several sessions of the hops: the hub's
// session serves them. The token is gone by then, as one in a variable would have expired.
func TestTokenSourceIsUnusedWhileTheHubLasts(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.addChain(t, 0, shortLife)
	tokenFile := testenv.WriteFile(t, "token", f.token(t, nil))
	cli := newCLI(t, strings.Replace(
		f.longApply(
			set("web_identity_token_file", tokenFile), byProfile, "rm "+tokenFile+"; sleep "+longWait,
		),
		set("role_arn", roleARN(production)),
		set("role_arn", hubRole)+"\n  "+chain,
		1,
	))
	cli.mustRun(t, "apply", "-no-color", "-auto-approve")
	if got := cli.output(t, "after"); got != "arn:aws:sts::777788889999:assumed-role/audit/terraform" {
		t.Errorf("it is %q", got)
	}
	calls := f.calls()
	if calls["AssumeRoleWithWebIdentity"] > 2 || calls["AssumeRole"] < 6 { // in the plan and in the apply
		t.Errorf("it called %v", calls)
	}
	if slices.ContainsFunc(f.Requests(), func(request emulator.Request) bool { return request.ErrorCode != "" }) {
		t.Error("a call was refused")
	}
}

// TestRefreshableHops checks an apply that is longer than several sessions of the hub, too: the token is read again.
func TestRefreshableHops(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.addChain(t, shortLife, shortLife)
	first, second := f.token(t, nil), f.token(t, nil)
	tokenFile := testenv.WriteFile(t, "token", first)
	cli := newCLI(t, strings.Replace(
		f.longApply(
			set("web_identity_token_file", tokenFile), byProfile, "touch $OUT/waiting; sleep "+longWait,
		),
		set("role_arn", roleARN(production)),
		set("role_arn", hubRole)+"\n  "+chain,
		1,
	))
	out := t.TempDir()
	cli.CLI = cli.With("OUT=" + out)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		waitForFile(t, filepath.Join(out, "waiting"))
		if err := os.WriteFile(tokenFile, []byte(second), 0o600); err != nil {
			t.Error(err)
		}
		searchFolder(t, append(f.Secrets(), first, second), cli.workspace.Path())
	}()
	cli.mustRun(t, "apply", "-no-color", "-auto-approve")
	<-watched
	if got := cli.output(t, "after"); got != "arn:aws:sts::777788889999:assumed-role/audit/terraform" {
		t.Errorf("it is %q", got)
	}
	last := ""
	for _, request := range f.Requests() {
		if request.Action == "AssumeRoleWithWebIdentity" {
			last = request.Form.Get("WebIdentityToken")
		}
		if request.ErrorCode != "" {
			t.Errorf("%s was refused: %s", request.Action, request.ErrorCode)
		}
	}
	if last != second {
		t.Error("the token wasn't read again")
	}
}
