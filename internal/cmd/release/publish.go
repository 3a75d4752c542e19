package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// publicRegistries read the releases of a repository themselves.
var publicRegistries = []string{"registry.terraform.io", "registry.opentofu.org"}

// publication is a release under an address.
type publication struct {
	tree     tree
	version  string // without a v
	tools    string // folder with goreleaser and syft
	registry string // folder for the registry of another host
	out      io.Writer
}

// versionPattern is a semantic version without build metadata, which the registries don't take.
var versionPattern = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

// publish puts the address into the tree, commits it, and tags the commit. For a public registry, it pushes both, and
// the release workflow does the rest. For another host, it builds the release and writes the registry.
func (p publication) publish(ctx context.Context, source string) error {
	address, err := parseAddress(source)
	if err != nil {
		return err
	}
	if !versionPattern.MatchString(p.version) {
		return fmt.Errorf("%q isn't a version: want one such as 1.2.3, without a v", p.version)
	}
	if slices.Contains(publicRegistries, address.Host) {
		if err := p.tag(ctx, address.String()); err != nil {
			return err
		}
		return p.push(ctx)
	}
	key, err := p.tree.publicKey(ctx)
	if err != nil {
		return err
	}
	if err := p.tag(ctx, address.String()); err != nil {
		return err
	}
	if err := p.writeRegistry(ctx, key); err != nil {
		_, untagged := p.tree.run(context.WithoutCancel(ctx), "git", "tag", "--delete", p.tagName())
		return errors.Join(err, untagged) // the same version can be tried again
	}
	return nil
}

func (p publication) tagName() string { return "v" + p.version }

// tag commits the address, if it is new, and tags the commit.
func (p publication) tag(ctx context.Context, address string) error {
	if err := p.tree.checkClean(ctx); err != nil {
		return err
	}
	if exists, err := p.tree.run(ctx, "git", "tag", "--list", p.tagName()); err != nil || exists != "" {
		return errors.Join(
			err,
			fmt.Errorf("the tag %s exists already, and a version can't be published twice", p.tagName()),
		)
	}
	if err := setAddress(p.tree.folder, address); err != nil {
		return err
	}
	if err := p.tree.checkClean(ctx); err != nil { // the address is new
		if _, err := p.tree.run(
			ctx,
			"git",
			"commit",
			"--quiet",
			"--all",
			"--message",
			"Publish under "+address,
		); err != nil {
			return err
		}
	}
	_, err := p.tree.run(ctx, "git", "tag", p.tagName())
	return err
}

func (p publication) push(ctx context.Context) error {
	if _, err := p.tree.run(ctx, "git", "push", "--quiet", "--atomic", "origin", "HEAD", p.tagName()); err != nil {
		return fmt.Errorf(
			"%w\nThe tag %s exists here. Repeat with: git push --atomic origin HEAD %s",
			err,
			p.tagName(),
			p.tagName(),
		)
	}
	_, err := fmt.Fprintf(p.out, "Pushed %s. The workflow Release now builds a draft release.\n"+
		"Check the draft, and publish it. The registry then finds it.\n", p.tagName())
	return err
}

func (p publication) writeRegistry(ctx context.Context, key signingKey) error {
	if err := p.tree.goreleaser(ctx, p.tools); err != nil {
		return err
	}
	r, err := readRelease(p.tree.folder)
	if err != nil {
		return err
	}
	r.key = key
	if err := r.writeRegistry(p.registry); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "Wrote %s. Serve this folder at https://%s/.\n", p.registry, r.address.Host)
	return err
}
