package terraformcli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// downloadedVersion of Terraform is what a machine without any gets.
const downloadedVersion = "1.11.4"

// downloadTimeout is for about 30 MB.
const downloadTimeout = 5 * time.Minute

// install answers the path of a Terraform in the user's cache folder, and whether it had to be downloaded. The
// signature of the release is verified. It is put in its place whole or not at all, so that an interrupted download
// isn't taken for Terraform the next time.
func install(ctx context.Context) (path string, downloaded bool, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", false, err
	}
	folder := filepath.Join(cache, "terraform-provider-sts", "terraform-"+downloadedVersion)
	path = filepath.Join(folder, product.Terraform.BinaryName())
	if _, err := os.Stat(path); err == nil {
		return path, false, nil
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		return "", false, err
	}
	partial, err := os.MkdirTemp(filepath.Dir(folder), "download-*")
	if err != nil {
		return "", false, err
	}
	defer func() {
		_ = os.RemoveAll(partial)
		_ = os.Remove(filepath.Dir(folder)) // which fails, as it should, unless it is empty
	}()
	if err := downloadTerraform(ctx, partial); err != nil {
		return "", false, err
	}
	if err := os.Rename(partial, folder); err != nil {
		if _, statErr := os.Stat(path); statErr != nil { // else another run was faster, and its Terraform is as good
			return "", false, fmt.Errorf("keeping Terraform: %w", err)
		}
	}
	return path, true, nil
}

func downloadTerraform(ctx context.Context, folder string) error {
	wanted, err := version.NewVersion(downloadedVersion)
	if err != nil {
		return err
	}
	release := releases.ExactVersion{
		Product:    product.Terraform,
		Version:    wanted,
		InstallDir: folder,
		Timeout:    downloadTimeout,
	}
	_, err = release.Install(ctx)
	return err
}
