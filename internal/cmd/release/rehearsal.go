package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// rehearsal is a release that stays on this machine.
type rehearsal struct {
	version   string
	tools     string // folder with goreleaser and syft
	workspace *terraformcli.Workspace
	origin    tree             // what is released: its newest commit
	first     tree             // a clone, with the tag and the release
	server    *httptest.Server // serves the registry
	proxy     *httptest.Server // leads to the server
	variables []string         // of the throwaway key
	release   release
	shop      *shop // installs and applies
}

// dryRun publishes the newest commit to a registry on this machine, and installs it from there.
func dryRun(ctx context.Context, root, version string) (err error) {
	workspace, err := terraformcli.NewWorkspace()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, workspace.Remove()) }()
	registry, err := workspace.Folder("registry")
	if err != nil {
		return err
	}
	r := &rehearsal{
		version: version, tools: filepath.Join(root, "bin"), workspace: workspace,
		origin: tree{folder: root}, server: httptest.NewTLSServer(http.FileServer(http.Dir(registry))),
	}
	defer r.server.Close()
	r.proxy = newProxy(r.server.Listener.Addr().String())
	defer r.proxy.Close()
	defer func() { err = errors.Join(err, endAgent(ctx, workspace.Path("gpg"))) }()
	defer r.closeShop()
	return r.perform(ctx)
}

// perform takes the steps, and stops at the first that fails.
func (r *rehearsal) perform(ctx context.Context) error {
	if changes := r.origin.checkClean(ctx); changes != nil {
		fmt.Printf("Note: the release is the newest commit. %v\n\n", changes)
	}
	steps := []struct {
		name string
		do   func(context.Context) (note string, err error)
	}{
		{"make a throwaway key", r.makeKey},
		{"build, sign, and publish to a local registry", r.publish},
		{"build the same commit again, and compare", r.buildAgain},
		{"check what is in the archives", r.checkArchives},
		{"check the checksums, the signature, and the manifest", r.checkSums},
		{"check the SBOMs", r.checkSBOMs},
		{"start an STS, and find a CLI", r.openShop},
		{"install from a file system mirror", r.installFromFiles},
		{"install from a network mirror", r.installFromMirror},
		{"install from a registry, which checks the signature", r.installFromRegistry},
		{"change the checksums, and see that the CLI refuses", r.installTampered},
	}
	for _, step := range steps {
		began := time.Now()
		fmt.Printf("%-55s", step.name)
		note, err := step.do(ctx)
		if err != nil {
			fmt.Println(" FAILED")
			return err
		}
		fmt.Printf(" %6.1f s  %s\n", time.Since(began).Seconds(), note)
	}
	fmt.Println("\nNothing was published, and no file is left.")
	return nil
}

func (r *rehearsal) makeKey(ctx context.Context) (string, error) {
	variables, err := throwawayKey(ctx, r.workspace.Path("gpg"))
	r.variables = variables
	return "", err
}

// publish runs the same command as a release, in a clone of the tree.
func (r *rehearsal) publish(ctx context.Context) (string, error) {
	clone, err := r.origin.clone(ctx, r.workspace.Path("first"))
	if err != nil {
		return "", err
	}
	clone.variables = append(slices.Clone(r.variables),
		"GIT_AUTHOR_NAME=Dry run", "GIT_AUTHOR_EMAIL=dry-run@example.com",
		"GIT_COMMITTER_NAME=Dry run", "GIT_COMMITTER_EMAIL=dry-run@example.com")
	r.first = clone
	p := publication{
		tree:     clone,
		version:  r.version,
		tools:    r.tools,
		registry: r.workspace.Path("registry"),
		out:      &strings.Builder{},
	}
	if err := p.publish(ctx, registryHost+"/example/"+providerType); err != nil {
		return "", err
	}
	if r.release, err = readRelease(clone.folder); err != nil {
		return "", err
	}
	if r.release.key, err = clone.publicKey(ctx); err == nil && r.release.version != r.version {
		err = fmt.Errorf("the release has the version %s, want %s", r.release.version, r.version)
	}
	return fmt.Sprintf("%d archives", len(r.release.archives)), err
}

// buildAgain builds in another folder. The compiler's cache is the same, so mainly the linker and the archives differ.
// For the archive of this machine's platform, even the cache is another.
func (r *rehearsal) buildAgain(ctx context.Context) (string, error) {
	second, err := r.first.clone(ctx, r.workspace.Path("second"))
	if err != nil {
		return "", err
	}
	if err := second.goreleaser(ctx, r.tools, "sign", "sbom"); err != nil {
		return "", err
	}
	again, err := readRelease(second.folder)
	if err != nil {
		return "", err
	}
	if err := sameArchives(r.release, again); err != nil {
		return "", err
	}
	if err := r.buildCold(ctx, second); err != nil {
		return "", err
	}
	return "equal byte for byte", nil
}

// sameArchives compares all bytes, by their checksums.
func sameArchives(first, second release) error {
	sums := map[string]string{}
	for _, archive := range second.archives {
		sums[archive.name] = archive.sum
	}
	var problems []error
	for _, archive := range first.archives {
		if sums[archive.name] != archive.sum {
			problems = append(problems, fmt.Errorf("%s differs in two builds of one commit", archive.name))
		}
	}
	if len(first.archives) != len(second.archives) {
		problems = append(problems, fmt.Errorf("got %d and %d archives", len(first.archives), len(second.archives)))
	}
	return errors.Join(problems...)
}

// buildCold builds the executable for this machine with an empty cache, and compares it with that of the release.
func (r *rehearsal) buildCold(ctx context.Context, clone tree) error {
	cache, err := r.workspace.Folder("go-build")
	if err != nil {
		return err
	}
	built := r.workspace.Path("cold")
	clone.variables = append(clone.variables, "GOCACHE="+cache, "CGO_ENABLED=0")
	if _, err := clone.run(ctx, "go", "build", "-trimpath", "-buildvcs=true",
		"-ldflags", "-s -w -X main.version="+r.version, "-o", built, "."); err != nil {
		return err
	}
	cold, err := os.ReadFile(built)
	if err != nil {
		return err
	}
	released, _, err := r.executableHere()
	if err == nil && !bytes.Equal(released, cold) {
		err = errors.New("the executable for this machine differs from one that was built with an empty cache")
	}
	return err
}
