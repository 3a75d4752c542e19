//go:build unix

package refresh

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFolderIsPrivate(t *testing.T) {
	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), makeBase(t))
	home := filepath.Dir(server.ConfigFile())
	want := map[string]fs.FileMode{
		".":           fs.ModeDir | 0o700,
		"config":      0o600,
		"credentials": 0o600,
		"p":           fs.ModeSymlink,
		"s":           fs.ModeSocket | 0o600,
	}
	count := 0
	err := filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		count++
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(home, path)
		mode := info.Mode()
		if mode&fs.ModeSymlink != 0 {
			mode = fs.ModeSymlink // its permissions mean nothing
		}
		if mode != want[name] {
			t.Errorf("%s: mode %s, want %s", name, mode, want[name])
		}
		return err
	})
	if err != nil || count != len(want) {
		t.Errorf("found %d, %v", count, err)
	}
}

func TestFolderWithWrongPermissionsIsRejected(t *testing.T) {
	base := makeBase(t)
	config := options(t, time.Now().Add(time.Hour), mustNotMint(t))
	old := syscall.Umask(0o277) // as on a file system with permissions of its own
	_, err := start(config, serverSettings{baseFolders: []string{base}})
	syscall.Umask(old)
	if err == nil || !strings.Contains(err.Error(), "isn't its owner's alone (dr-x------)") {
		t.Errorf("got %v", err)
	}
	if entries, err := os.ReadDir(base); err != nil || len(entries) > 0 {
		t.Errorf("left in the base folder: %v, %v", entries, err)
	}
}

// wantNoSecrets searches the files and the names in a folder for secrets.
func wantNoSecrets(t *testing.T, path string) {
	t.Helper()
	read := 0
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		content := path
		switch kind := entry.Type(); {
		case kind == fs.ModeSymlink:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			content += target
		case kind.IsRegular():
			read++
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			content += string(raw)
		}
		for _, mark := range secretMarks {
			if strings.Contains(content, mark) {
				t.Errorf("%s holds %s", path, mark)
			}
		}
		return nil
	})
	if err != nil || read == 0 {
		t.Errorf("read %d files, %v", read, err)
	}
}

// configuredCommand parses the config file and gives the command of its only profile.
func configuredCommand(t *testing.T, server *Server) string {
	t.Helper()
	raw, err := os.ReadFile(server.ConfigFile())
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`\A\[profile (sts-[0-9a-f]{8})\]\ncredential_process = ([A-Za-z0-9._/ -]+)\n\z`).
		FindSubmatch(raw)
	if len(match) != 3 || string(match[1]) != server.Profile() {
		t.Fatalf("profile %q, config file:\n%s", server.Profile(), raw)
	}
	return string(match[2])
}

// hostileName is a path element that a shell and an SDK would split.
const hostileName = `it's "a b" $(touch x) ;touch x; #`

func TestCommandOfConfigFile(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), hostileName)
	if err := os.Mkdir(elsewhere, 0o700); err != nil {
		t.Fatal(err)
	}
	config := options(t, time.Now().Add(time.Hour), mustNotMint(t))
	config.Executable = filepath.Join(elsewhere, "terraform provider")
	if err := os.Symlink(binary, config.Executable); err != nil {
		t.Fatal(err)
	}
	server := startIn(t, config, makeBase(t))
	line := configuredCommand(t, server)
	words := strings.Fields(line)
	for name, arguments := range map[string][]string{
		"run by a shell, as the Go SDK does":    {"sh", "-c", line},
		"split at whitespace, as botocore does": words,
	} {
		t.Run(name, func(t *testing.T) {
			process := exec.CommandContext(t.Context(), arguments[0], arguments[1:]...)
			process.Dir = t.TempDir()
			var complaints strings.Builder
			process.Stderr = &complaints
			raw, err := process.Output()
			if err != nil || complaints.Len() > 0 {
				t.Fatalf("%v: %s", err, complaints.String())
			}
			if got, err := decodeAnswer(raw); err != nil || number(got) != 1 || raw[len(raw)-1] != '\n' {
				t.Errorf("got session %d, %v", number(got), err)
			}
			if entries, err := os.ReadDir(process.Dir); err != nil || len(entries) > 0 {
				t.Errorf("something was executed: %v, %v", entries, err)
			}
		})
	}
	wantNoSecrets(t, string(server.home))
}
