//go:build unix

package refresh

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// unsuitableBases gives base folders that can't be used, and a part of the reason.
func unsuitableBases(t *testing.T) map[string]struct{ path, want string } {
	t.Helper()
	base := makeBase(t)
	makeFolder := func(mode os.FileMode, elements ...string) string {
		path := filepath.Join(append([]string{base}, elements...)...)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	link := func(to, path string) string {
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct{ path, want string }{
		"a space":          {makeFolder(0o700, "a b"), "shell"},
		"a quote":          {makeFolder(0o700, "a'b"), "shell"},
		"a double quote":   {makeFolder(0o700, `a"b`), "shell"},
		"a command":        {makeFolder(0o700, "$(touch x)"), "shell"},
		"a backquote":      {makeFolder(0o700, "`touch x`"), "shell"},
		"a line break":     {makeFolder(0o700, "a\nb"), "shell"},
		"a percent sign":   {makeFolder(0o700, "a%b"), "shell"},
		"another script":   {makeFolder(0o700, "é"), "shell"},
		"too long":         {makeFolder(0o700, strings.Repeat("x", maxBasePath-len(base))), "leaves room for"},
		"relative":         {"tmp", "isn't absolute"},
		"missing":          {filepath.Join(base, "none"), "no such file"},
		"a file":           {file, "isn't a folder"},
		"everyone's":       {makeFolder(0o777, "open"), "sticky"},
		"its group's":      {makeFolder(0o770, "group"), "sticky"},
		"below everyone's": {makeFolder(0o700, "open", "own"), "open above it may be written to by other users"},
		"by way of a link": {link(makeFolder(0o700, "a c"), filepath.Join(base, "link")), "shell"},
		"it can't be used": {"/proc", ""}, // a system without it reports it as missing
	}
	if os.Geteuid() == 0 {
		other := makeFolder(0o755, "other")
		if err := os.Chown(other, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		cases["another user's"] = struct{ path, want string }{other, "another user"}
	}
	return cases
}

func TestUnsuitableBaseFolders(t *testing.T) {
	for name, test := range unsuitableBases(t) {
		t.Run(name, func(t *testing.T) {
			_, err := start(
				options(t, time.Now().Add(time.Hour), mustNotMint(t)),
				serverSettings{baseFolders: []string{test.path, test.path}},
			)
			if err == nil {
				t.Fatal("no error")
			}
			if count := strings.Count(err.Error(), "\n- "); count != 1 {
				t.Errorf("%d reasons: %v", count, err)
			}
			for _, want := range []string{
				strings.Trim(strings.ReplaceAll(test.path, "\n", `\n`), `"`), test.want, "Set TMPDIR",
			} {
				if !strings.Contains(strings.ReplaceAll(err.Error(), `\"`, `"`), want) {
					t.Errorf("got %v, want it to contain %q", err, want)
				}
			}
		})
	}
}

func TestNextBaseFolderIsUsed(t *testing.T) {
	for name, test := range unsuitableBases(t) {
		t.Run(name, func(t *testing.T) {
			runtime, working := makeBase(t), t.TempDir()
			t.Setenv("TMPDIR", test.path)
			t.Setenv("XDG_RUNTIME_DIR", runtime)
			server, err := Start(options(t, time.Now().Add(time.Hour), mustNotMint(t)))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = server.Close() }()
			if got := filepath.Dir(string(server.home)); got != runtime {
				t.Errorf("it is in %s", got)
			}
			process := exec.CommandContext(t.Context(), "sh", "-c", configuredCommand(t, server))
			process.Dir = working
			if raw, err := process.Output(); err != nil || len(raw) == 0 {
				t.Errorf("%d bytes, %v", len(raw), err)
			}
			if entries, err := os.ReadDir(process.Dir); err != nil || len(entries) > 0 {
				t.Errorf("something was executed: %v, %v", entries, err)
			}
		})
	}
}

func TestLongestBaseFolder(t *testing.T) {
	base := makeBase(t)
	longest := base + "/" + strings.Repeat("x", maxBasePath-len(base)-1)
	if err := os.Mkdir(longest, 0o700); err != nil {
		t.Fatal(err)
	}
	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), longest)
	if length := len(server.home.socket()); length != maxSocketPath {
		t.Errorf("the socket's path has %d bytes", length)
	}
	if got, err := request(t, server); err != nil || number(got) != 1 {
		t.Errorf("got session %d, %v", number(got), err)
	}
}

func TestSharedBaseFolderWithStickyBit(t *testing.T) {
	shared := filepath.Join(makeBase(t), "tmp")
	if err := os.Mkdir(shared, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(shared, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), shared)
	if got, err := request(t, server); err != nil || number(got) != 1 {
		t.Errorf("got session %d, %v", number(got), err)
	}
}

func TestBaseFolders(t *testing.T) {
	t.Setenv("TMPDIR", "/some/where/")
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/1000")
	if got := strings.Join(baseFolders(), " "); got != "/some/where /run/user/1000 /tmp /var/tmp /dev/shm" {
		t.Errorf("got %s", got)
	}
	t.Setenv("XDG_RUNTIME_DIR", "")
	if got := strings.Join(baseFolders(), " "); got != "/some/where /tmp /var/tmp /dev/shm" {
		t.Errorf("got %s", got)
	}
}
