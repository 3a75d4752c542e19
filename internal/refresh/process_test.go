//go:build unix

package refresh

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writes records each Write.
type writes []string

func (p *writes) Write(data []byte) (int, error) {
	*p = append(*p, string(data))
	return len(data), nil
}

// startFakeServer answers every connection on a socket with the same bytes, or not at all.
func startFakeServer(t *testing.T, reply string, silent bool) (socket string) {
	t.Helper()
	socket = filepath.Join(makeBase(t), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = connection.Close() })
			if !silent {
				_, _ = connection.Write([]byte(reply))
				_ = connection.Close()
			}
		}
	}()
	return socket
}

func TestCredentialProcessWritesOnce(t *testing.T) {
	server := startIn(
		t,
		options(t, time.Date(2130, 1, 2, 3, 4, 5, 678, time.FixedZone("", 7200)), mustNotMint(t)),
		makeBase(t),
	)
	var stdout, stderr writes
	code := CredentialProcess(t.Context(), []string{server.home.socket()}, &stdout, &stderr)
	if code != 0 || len(stdout) != 1 || len(stderr) != 0 {
		t.Fatalf("status %d, %d writes, stderr %q", code, len(stdout), stderr)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(stdout[0]), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"Version":         1.0,
		"AccessKeyId":     "ASIATESTKEY0001",
		"SecretAccessKey": "SeCrEtKeY0001<&>/+=",
		"SessionToken":    "SeSsIoNtOkEn0001",
		"Expiration":      "2130-01-02T01:03:05Z",
	}
	if len(got) != len(want) {
		t.Errorf("members: %d, want %d", len(got), len(want))
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
	}
	if !strings.HasSuffix(stdout[0], "}\n") {
		t.Error("no line break at the end")
	}
}

func TestCredentialProcessWithoutExpiration(t *testing.T) {
	server := startIn(t, options(t, time.Time{}, mustNotMint(t)), makeBase(t))
	var stdout, stderr writes
	code := CredentialProcess(t.Context(), []string{server.home.socket()}, &stdout, &stderr)
	if code != 0 || len(stdout) != 1 || !strings.Contains(stdout[0], "ASIATESTKEY0001") ||
		strings.Contains(stdout[0], "Expiration") {
		t.Errorf("status %d, %d writes, stderr %q", code, len(stdout), stderr)
	}
}

func TestCredentialProcessHidesInvalidAnswer(t *testing.T) {
	whole := string(Output(session(1, time.Now().Add(time.Hour))))
	without := func(old, replacement string) string {
		changed := strings.Replace(whole, old, replacement, 1)
		if changed == whole {
			t.Fatalf("%s isn't in the answer", old)
		}
		return changed
	}
	for name, test := range map[string]struct{ reply, want string }{
		"nothing":                 {"", "has ended"},
		"garbage":                 {"SeCrEtKeY\x00\xff", "isn't credentials"},
		"cut off":                 {whole[:len(whole)-1], "isn't credentials"},
		"cut off within a secret": {whole[:strings.Index(whole, "SeCrEtKeY")+12], "isn't credentials"},
		"more than one":           {whole + whole, "isn't credentials"},
		"huge": {
			`{"Version":1,"SeCrEtKeY":"` + strings.Repeat("x", maxAnswer) + `"}`, "isn't credentials",
		},
		"huge by whitespace":            {whole + strings.Repeat(" ", maxAnswer), "isn't credentials"},
		"another version":               {without(`"Version":1`, `"Version":2`), "isn't credentials"},
		"no version":                    {without(`"Version":1,`, ``), "isn't credentials"},
		"no access key ID":              {without(`"AccessKeyId":"ASIATESTKEY0001",`, ``), "isn't credentials"},
		"an empty access key ID":        {without(`"ASIATESTKEY0001"`, `""`), "isn't credentials"},
		"no secret access key":          {without(`SecretAccessKey`, `SeCrEtKeY`), "isn't credentials"},
		"a secret of another type":      {without(`"SeSsIoNtOkEn0001"`, `["SeSsIoNtOkEn0001"]`), "isn't credentials"},
		"an expiration that is no time": {without(`"Expiration":"`, `"Expiration":"SeCrEtKeY`), "isn't credentials"},
		"a failure":                     {`{"Error":"denied\nfor a reason"}`, "denied\nfor a reason\n"},
		"a failure, and credentials":    {without(`{`, `{"Error":"denied",`), "denied\n"},
		"an array":                      {`["SeCrEtKeY"]`, "isn't credentials"},
		"an empty object":               {`{}`, "isn't credentials"},
		"null":                          {`null`, "isn't credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr writes
			code := CredentialProcess(t.Context(), []string{startFakeServer(t, test.reply, false)}, &stdout, &stderr)
			if code != 1 || len(stdout) != 0 || len(stderr) != 1 || !strings.Contains(stderr[0], test.want) {
				t.Fatalf("status %d, %d writes to stdout, stderr %q", code, len(stdout), stderr)
			}
			for _, mark := range secretMarks {
				if strings.Contains(stderr[0], mark) {
					t.Errorf("stderr has %s", mark)
				}
			}
		})
	}
}

func TestCredentialProcessLimitsAnswer(t *testing.T) {
	socket := filepath.Join(makeBase(t), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	written := make(chan int, 1)
	go func() {
		total := 0
		defer func() { written <- total }()
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		for total < 100*maxAnswer {
			count, err := connection.Write(make([]byte, 4096))
			if total += count; err != nil {
				return
			}
		}
	}()
	var stdout, stderr writes
	code := CredentialProcess(t.Context(), []string{socket}, &stdout, &stderr)
	if total := <-written; code != 1 || len(stdout) != 0 || total >= 100*maxAnswer {
		t.Errorf("status %d after %d bytes, stderr %q", code, total, stderr)
	}
}

func TestCredentialProcessAfterTheRun(t *testing.T) {
	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), makeBase(t))
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	killed := filepath.Join(makeBase(t), "s")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: killed, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for name, socket := range map[string]string{"closed": server.home.socket(), "killed": killed} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr writes
			code := CredentialProcess(t.Context(), []string{socket}, &stdout, &stderr)
			if code != 1 || len(stdout) != 0 || len(stderr) != 1 || stderr[0] != errEnded.Error()+"\n" {
				t.Errorf("status %d, %d writes to stdout, stderr %q", code, len(stdout), stderr)
			}
		})
	}
}

func TestCredentialProcessUsage(t *testing.T) {
	for name, arguments := range map[string][]string{
		"none": nil, "an empty one": {""}, "two": {"/a", "/b"}, "a flag": {"-h"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr writes
			code := CredentialProcess(t.Context(), arguments, &stdout, &stderr)
			if code != 2 || len(stdout) != 0 || len(stderr) != 1 || !strings.HasPrefix(stderr[0], "usage: ") {
				t.Errorf("status %d, %d writes to stdout, stderr %q", code, len(stdout), stderr)
			}
		})
	}
}

// brokenPipe is a stdout that nobody reads.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestCredentialProcessWithBrokenStdout(t *testing.T) {
	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), makeBase(t))
	var stderr writes
	if code := CredentialProcess(
		t.Context(),
		[]string{server.home.socket()},
		brokenPipe{},
		&stderr,
	); code != 1 ||
		len(stderr) != 1 {
		t.Errorf("status %d, stderr %q", code, stderr)
	}
}

func TestAskTimeout(t *testing.T) {
	for name, test := range map[string]struct {
		timeout time.Duration
		stop    bool
		want    string
	}{
		"by its own bound":   {timeout: 100 * time.Millisecond, want: "didn't answer within 100ms"},
		"by being cancelled": {timeout: time.Minute, stop: true, want: "interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.stop {
				time.AfterFunc(100*time.Millisecond, cancel)
			}
			began := time.Now()
			_, err := ask(ctx, startFakeServer(t, "", true), test.timeout)
			if err == nil || !strings.Contains(err.Error(), test.want) || time.Since(began) > 5*time.Second {
				t.Errorf("after %s: %v", time.Since(began), err)
			}
		})
	}
}

func TestLongErrorIsShortened(t *testing.T) {
	reason := strings.Repeat("é", maxReason)
	_, err := decodeAnswer(encodeAnswer(Credentials{}, errors.New(reason)))
	var reported reportedError
	if !errors.As(err, &reported) || len(reported) > maxReason+3 ||
		!strings.HasPrefix(reason, strings.TrimSuffix(string(reported), "...")) {
		t.Errorf("%d bytes, %T", len(reported), err)
	}
	if _, err := decodeAnswer(
		encodeAnswer(Credentials{}, errors.New("")),
	); !errors.As(err, &reported) ||
		reported == "" {
		t.Errorf("a failure without a text became %v", err)
	}
}
