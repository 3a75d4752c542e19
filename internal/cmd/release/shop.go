package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// shop is what an installed provider is tried with: a CLI, an STS, and a token.
type shop struct {
	cli    *terraformcli.CLI
	sts    *emulator.Server
	bundle string // path of the certificate of the registry
	token  string
}

const (
	account   = "111122223333"
	roleARN   = "arn:aws:iam::111122223333:role/deploy"
	session   = "arn:aws:sts::111122223333:assumed-role/deploy/release"
	issuerURL = "https://ci.example.com"
	subject   = "repo:example/platform:ref:refs/heads/main"
	audience  = "sts.amazonaws.com"
)

// openShop also makes the CLI trust the certificate of the registry.
func (r *rehearsal) openShop(ctx context.Context) (string, error) {
	cli, err := terraformcli.Find(ctx, r.workspace)
	if err != nil {
		return "", err
	}
	s := &shop{cli: cli, bundle: r.workspace.Path("registry.pem")}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.server.Certificate().Raw})
	if err := os.WriteFile(s.bundle, block, 0o600); err != nil {
		return "", err
	}
	if s.sts, err = emulator.Start(emulator.Options{}); err != nil {
		return "", err
	}
	r.shop = s
	s.sts.AddOIDCProvider(account, issuerURL, audience)
	trust := emulator.TrustPolicy(account, issuerURL, map[string]string{"sub": subject, "aud": audience}, nil)
	if err := s.sts.AddRole(emulator.Role{ARN: roleARN, TrustPolicy: trust}); err != nil {
		return "", err
	}
	issuer, err := s.sts.NewIssuer(issuerURL)
	if err != nil {
		return "", err
	}
	s.token, err = issuer.Mint(emulator.Token{Subject: subject, Audience: []string{audience}})
	return cli.Product + " " + cli.Version, err
}

// untrusted says why a step is skipped on this system.
func untrusted() string {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return "SKIPPED: on this system, a CLI doesn't read the certificate of the registry from SSL_CERT_FILE"
	}
	return ""
}

func (r *rehearsal) closeShop() {
	if r.shop != nil {
		r.shop.sts.Close()
	}
}

func (r *rehearsal) installFromFiles(ctx context.Context) (string, error) {
	mirror := filepath.ToSlash(r.workspace.Path("registry", mirrorPath))
	return r.install(ctx, "files", fmt.Sprintf("filesystem_mirror {\n    path = %q\n  }", mirror), "-fs-mirror="+mirror)
}

func (r *rehearsal) installFromMirror(ctx context.Context) (string, error) {
	if note := untrusted(); note != "" {
		return note, nil
	}
	mirror := "https://" + registryHost + "/" + mirrorPath + "/"
	return r.install(ctx, "network", fmt.Sprintf("network_mirror {\n    url = %q\n  }", mirror), "-net-mirror="+mirror)
}

func (r *rehearsal) installFromRegistry(ctx context.Context) (string, error) {
	if note := untrusted(); note != "" {
		return note, nil
	}
	note, err := r.install(ctx, "registry", "direct {}")
	if err == nil && !strings.Contains(note, r.release.key.id) {
		err = fmt.Errorf("the CLI installed it as %q, and doesn't name the key %s", note, r.release.key.id)
	}
	return note, err
}

// installTampered changes the checksums, so that the signature doesn't fit, and wants the CLI to see it.
func (r *rehearsal) installTampered(ctx context.Context) (string, error) {
	if note := untrusted(); note != "" {
		return note, nil
	}
	provider := r.workspace.Path("registry", providersPath, r.release.address.Namespace, r.release.address.Type)
	sums := filepath.Join(provider, r.version, r.release.sumsName())
	text, err := os.ReadFile(sums)
	if err != nil {
		return "", err
	}
	if err := write(sums, append(text, '\n')); err != nil {
		return "", err
	}
	_, err = r.install(ctx, "tampered", "direct {}")
	failure, ok := errors.AsType[*terraformcli.CommandError](err)
	if !ok || !strings.Contains(failure.Output, "signature") {
		return "", fmt.Errorf("the CLI accepted checksums that don't fit their signature, or failed otherwise: %w", err)
	}
	return "refused", nil
}

// install writes a lock file for all platforms, installs the provider with it, and applies a configuration.
func (r *rehearsal) install(ctx context.Context, name, method string, lock ...string) (string, error) {
	folder, err := r.workspace.Folder(name)
	if err != nil {
		return "", err
	}
	files := map[string]string{
		"cli.tfrc":  "disable_checkpoint = true\n\nprovider_installation {\n  " + method + "\n}\n",
		"main.tf":   r.configuration(),
		"token.jwt": r.shop.token,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	cli := r.shop.cli.With(
		"TF_CLI_CONFIG_FILE="+filepath.Join(folder, "cli.tfrc"),
		"SSL_CERT_FILE="+r.shop.bundle,
		"HTTPS_PROXY="+r.proxy.URL,
	)
	arguments := append([]string{"providers", "lock"}, lock...)
	for _, platform := range platforms {
		arguments = append(arguments, "-platform="+platform)
	}
	if _, err := cli.Run(ctx, folder, arguments...); err != nil {
		return "", err
	}
	if err := checkLock(filepath.Join(folder, ".terraform.lock.hcl")); err != nil {
		return "", err
	}
	output, err := cli.Run(ctx, folder, "init", "-no-color", "-lockfile=readonly")
	if err != nil {
		return "", err
	}
	if _, err := cli.Run(ctx, folder, "apply", "-no-color", "-auto-approve"); err != nil {
		return "", err
	}
	arn, err := cli.Run(ctx, folder, "output", "-raw", "arn")
	if err == nil && arn != session {
		err = fmt.Errorf("the configuration got a session of %q, want %q", arn, session)
	}
	return installedNote(output), err
}

// checkLock wants a checksum of the content of the archive for each platform.
func checkLock(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if got := strings.Count(string(text), `"h1:`); got != len(platforms) {
		return fmt.Errorf(
			"the lock file has %d checksums of contents, want one for each of %d platforms",
			got,
			len(platforms),
		)
	}
	return nil
}

// installedLine is what both CLIs say about a provider that they installed, with who signed it.
var installedLine = regexp.MustCompile(`- Installed .+ \((.+)\)`)

func installedNote(output string) string {
	if found := installedLine.FindStringSubmatch(output); found != nil {
		return found[1]
	}
	return ""
}

func (r *rehearsal) configuration() string {
	return fmt.Sprintf(`terraform {
  required_providers {
    sts = {
      source  = %q
      version = %q
    }
  }
}

provider "sts" {
  endpoint = %q
}

data "sts_assume_role_with_web_identity" "this" {
  role_arn                = %q
  role_session_name       = "release"
  web_identity_token_file = "token.jwt"
}

output "arn" {
  value = data.sts_assume_role_with_web_identity.this.assumed_role_user.arn
}
`, r.release.address, r.version, r.shop.sts.URL(), roleARN)
}
