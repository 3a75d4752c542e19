package main

import (
	"archive/zip"
	"bytes"
	"context"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// platforms are those that the registries recommend, and further ones that the CLIs run on.
var platforms = []string{
	"darwin_amd64", "darwin_arm64",
	"freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64",
	"windows_386", "windows_amd64", "windows_arm64",
}

// checkArchives compares each archive with its name, and runs the executable for this machine.
func (r *rehearsal) checkArchives(ctx context.Context) (string, error) {
	var found []string
	var problems []error
	for _, archive := range r.release.archives {
		found = append(found, archive.platform())
		if err := r.release.checkArchive(archive); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", archive.name, err))
		}
	}
	slices.Sort(found)
	if !slices.Equal(found, platforms) {
		problems = append(problems, fmt.Errorf("got archives for %v, want %v", found, platforms))
	}
	if err := errors.Join(problems...); err != nil {
		return "", err
	}
	return r.runExecutable(ctx)
}

// checkArchive checks that the executable is static and says the same as the archive's name.
func (r release) checkArchive(a archive) error {
	files, err := unzip(filepath.Join(r.folder, a.name))
	if err != nil {
		return err
	}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		if len(files[name]) == 0 {
			return errors.New("it has no " + name)
		}
	}
	executable, ok := files[r.executable(a)]
	if !ok {
		return errors.New("it has no " + r.executable(a))
	}
	if a.goos == "linux" {
		if err := checkStatic(executable); err != nil {
			return err
		}
	}
	return r.checkBuild(a, executable)
}

// checkBuild compares what the compiler wrote into the executable.
func (r release) checkBuild(a archive, executable []byte) error {
	info, err := buildinfo.Read(bytes.NewReader(executable))
	if err != nil {
		return err
	}
	settings := map[string]string{"version": info.Main.Version}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	var problems []error
	for key, want := range map[string]string{
		"version": "v" + r.version, "vcs.modified": "false", "-trimpath": "true",
		"GOOS": a.goos, "GOARCH": a.goarch, "CGO_ENABLED": "0",
	} {
		if settings[key] != want {
			problems = append(problems, fmt.Errorf("the executable has %s %q, want %q", key, settings[key], want))
		}
	}
	return errors.Join(problems...)
}

// executable is the name that the CLIs look for in the archive.
func (r release) executable(a archive) string {
	name := project + "_v" + r.version
	if a.goos == "windows" {
		name += ".exe"
	}
	return name
}

// checkStatic returns an error for an executable that needs a loader or libraries of the machine.
func checkStatic(executable []byte) error {
	file, err := elf.NewFile(bytes.NewReader(executable))
	if err != nil {
		return err
	}
	libraries, err := file.ImportedLibraries()
	if err == nil && len(libraries) > 0 {
		err = fmt.Errorf("the executable needs %v", libraries)
	}
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			err = errors.Join(err, errors.New("the executable needs a loader"))
		}
	}
	return err
}

// executableHere is the released executable for this machine, and its name.
func (r *rehearsal) executableHere() (content []byte, name string, err error) {
	for _, archive := range r.release.archives {
		if archive.platform() == runtime.GOOS+"_"+runtime.GOARCH {
			files, err := unzip(filepath.Join(r.release.folder, archive.name))
			name := r.release.executable(archive)
			return files[name], name, err
		}
	}
	return nil, "", fmt.Errorf("there is no archive for this machine, %s_%s", runtime.GOOS, runtime.GOARCH)
}

// runExecutable reads the version back.
func (r *rehearsal) runExecutable(ctx context.Context) (string, error) {
	content, name, err := r.executableHere()
	if err != nil {
		return "", err
	}
	path := r.workspace.Path(name)
	if err := os.WriteFile(path, content, 0o700); err != nil {
		return "", err
	}
	output, err := exec.CommandContext(ctx, path, "-version").Output()
	if err != nil {
		return "", err
	}
	if got := strings.TrimSpace(string(output)); got != r.version {
		return "", fmt.Errorf("the executable says that its version is %q, want %q", got, r.version)
	}
	return "static, version " + r.version, nil
}

// unzip reads the files of an archive.
func unzip(path string) (map[string][]byte, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = archive.Close() }()
	files := map[string][]byte{}
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			return nil, err
		}
		files[file.Name], err = io.ReadAll(reader)
		_ = reader.Close()
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}
