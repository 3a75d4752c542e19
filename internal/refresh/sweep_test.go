//go:build unix

package refresh

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/parent"
)

// baseVariable has the base folder for the server of a role.
const baseVariable = "REFRESH_TEST_PLACE"

func init() {
	roles["provider"] = playProvider
}

// playProvider opens two servers and prints the paths of their config files. It runs until it is killed or orphaned.
func playProvider() int {
	executable, err := os.Executable()
	if err != nil {
		return 1
	}
	ended := make(chan struct{})
	go func() {
		parent.AwaitEnd()
		CloseAll()
		close(ended)
	}()
	for number := range 2 {
		server, err := start(Options{
			Executable: executable,
			First:      session(number, time.Now().Add(time.Hour)),
			Mint: func(context.Context) (Credentials, error) {
				return session(3, time.Now().Add(time.Hour)), nil
			},
		}, serverSettings{
			baseFolders: []string{os.Getenv(baseVariable)}, mint: mintTimeout,
		})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(server.ConfigFile())
	}
	select {
	case <-ended:
		return 0
	case <-time.After(time.Minute): // so that a failing test leaves nothing running
		return 1
	}
}

// startRole starts the test binary in a role and returns the config files that it prints. The output ends after all
// processes that it started have ended.
func startRole(t *testing.T, role, base string) (process *exec.Cmd, configs []string, output *bufio.Reader) {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process = exec.CommandContext(t.Context(), executable)
	process.Env = append(os.Environ(), roleVariable+"="+role, baseVariable+"="+base)
	process.Stderr = os.Stderr
	stdout, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	output = bufio.NewReader(stdout)
	for range 2 {
		line, err := output.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, base+"/"+folderPrefix) {
			t.Fatalf("it said %q, %v", line, err)
		}
		configs = append(configs, strings.TrimSpace(line))
	}
	return process, configs, output
}

// makeOlder makes a folder look older than it is.
func makeOlder(t *testing.T, path string, by time.Duration) {
	t.Helper()
	then := time.Now().Add(-by)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

func TestFolderOfKilledServer(t *testing.T) {
	base := makeBase(t)
	process, configs, _ := startRole(t, "provider", base)
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait() // it was killed
	wantNoSecrets(t, base)
	old, young := filepath.Dir(configs[0]), filepath.Dir(configs[1])
	makeOlder(t, old, 2*time.Minute)

	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), base)
	if _, err := os.Lstat(old); !os.IsNotExist(err) {
		t.Errorf("the old one is left: %v", err)
	}
	if _, err := os.Lstat(young); err != nil {
		t.Errorf("the young one is gone: %v", err)
	}
	if got, err := request(t, server); err != nil || number(got) != 1 {
		t.Errorf("got session %d, %v", number(got), err)
	}
}

func TestSweepKeepsRunningServer(t *testing.T) {
	base := makeBase(t)
	// Its credentials have expired: a sweep that asked for them would call Mint.
	server := startIn(t, options(t, time.Now(), mustNotMint(t)), base)
	makeOlder(t, string(server.home), time.Hour)
	sweep([]string{base}, time.Now())
	for _, path := range []string{server.ConfigFile(), server.home.program(), server.home.socket()} {
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestSweepRemovesOnlyServerFiles(t *testing.T) {
	victim := filepath.Join(makeBase(t), "victim")
	if err := os.MkdirAll(filepath.Join(victim, "s"), 0o700); err != nil {
		t.Fatal(err)
	}
	precious := filepath.Join(victim, "config")
	if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Each case starts with an empty folder in a base folder, with the name of an abandoned server.
	for name, test := range map[string]struct {
		make func(path string) error
		kept bool
	}{
		"empty": {make: func(string) error { return nil }},
		"a link to the executable": {
			make: func(path string) error { return os.Symlink(precious, folder(path).program()) },
		},
		"a link for a config file": {
			make: func(path string) error { return os.Symlink(precious, folder(path).config()) },
		},
		"a link for a socket": {
			make: func(path string) error { return os.Symlink(filepath.Join(victim, "none"), folder(path).socket()) },
		},
		"another file": {
			make: func(path string) error { return os.WriteFile(filepath.Join(path, "notes"), nil, 0o600) },
			kept: true,
		},
		"others may enter": {make: func(path string) error { return os.Chmod(path, 0o755) }, kept: true},
		"a link for a folder": {make: func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Symlink(victim, path)
		}, kept: true},
		"a file for a folder": {make: func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.WriteFile(path, nil, 0o700)
		}, kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			base := makeBase(t)
			path := filepath.Join(base, folderPrefix+"01234567")
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := test.make(path); err != nil {
				t.Fatal(err)
			}
			sweep([]string{base}, time.Now().Add(time.Hour))
			if _, err := os.Lstat(path); (err == nil) != test.kept {
				t.Errorf("afterwards: %v", err)
			}
			if content, err := os.ReadFile(precious); err != nil || string(content) != "precious" {
				t.Errorf("a link was followed: %q, %v", content, err)
			}
		})
	}
}

func TestSweepSkipsOtherNamesAndUnsafeFolders(t *testing.T) {
	base := makeBase(t)
	for _, name := range []string{
		"terraform-sts-0123456", "terraform-sts-012345678", "terraform-sts-0123456g", "terraform-sts-",
		"sts-01234567",
	} {
		if err := os.Mkdir(filepath.Join(base, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	sweep([]string{base, base, filepath.Join(base, "none")}, time.Now().Add(time.Hour))
	if entries, err := os.ReadDir(base); err != nil || len(entries) != 5 {
		t.Errorf("%d are left, %v", len(entries), err)
	}

	open := makeBase(t)
	if err := os.Mkdir(filepath.Join(open, folderPrefix+"01234567"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	sweep([]string{open}, time.Now().Add(time.Hour))
	if entries, err := os.ReadDir(open); err != nil || len(entries) != 1 {
		t.Errorf("in an unsafe place %d are left, %v", len(entries), err)
	}
}

func TestSweepKeepsFoldersOfOtherUsers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make another user's folder")
	}
	base := makeBase(t)
	path := filepath.Join(base, folderPrefix+"01234567")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	sweep([]string{base}, time.Now().Add(time.Hour))
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}
