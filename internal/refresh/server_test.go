//go:build unix

package refresh

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// makeBase makes a base folder whose path is short enough for a socket.
func makeBase(t *testing.T) string {
	t.Helper()
	path, err := os.MkdirTemp("/tmp", "r") //nolint:usetesting // t.TempDir is too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(path) })
	return path
}

// mustNotMint is a Mint that must not be called.
func mustNotMint(t *testing.T) func(context.Context) (Credentials, error) {
	t.Helper()
	return func(context.Context) (Credentials, error) {
		t.Error("Mint was called")
		return Credentials{}, errors.New("not expected")
	}
}

// options are for a server whose executable is the test binary. The first credentials expire at end.
func options(t *testing.T, end time.Time, mint func(context.Context) (Credentials, error)) Options {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{Executable: executable, First: session(1, end), Mint: mint}
}

func startIn(t *testing.T, options Options, bases ...string) *Server {
	t.Helper()
	server, err := start(options, serverSettings{baseFolders: bases, mint: mintTimeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// request asks a server as a client does.
func request(t *testing.T, server *Server) (Credentials, error) {
	t.Helper()
	return ask(t.Context(), server.home.socket(), 10*time.Second)
}

// isRemoved reports whether the folder and the socket of a server are gone.
func isRemoved(t *testing.T, server *Server) bool {
	t.Helper()
	_, err := os.Lstat(string(server.home))
	_, dialled := net.Dial("unix", server.home.socket())
	return errors.Is(err, fs.ErrNotExist) && dialled != nil
}

func TestServerRefreshesExpiringCredentials(t *testing.T) {
	var mints atomic.Int32
	clock := &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	var moving sync.Mutex
	config := options(t, clock.now.Add(time.Hour), func(context.Context) (Credentials, error) {
		return session(1+int(mints.Add(1)), clock.now.Add(time.Hour)), nil
	})
	config.Clock = func() time.Time {
		moving.Lock()
		defer moving.Unlock()
		return clock.now
	}
	server := startIn(t, config, makeBase(t))
	for want := 1; want <= 3; want++ {
		for range 3 {
			got, err := request(t, server)
			if err != nil || number(got) != want || !got.Expiration.Equal(clock.now.Add(59*time.Minute)) {
				t.Fatalf("got session %d until %s, %v; want session %d", number(got), got.Expiration, err, want)
			}
		}
		moving.Lock()
		clock.now = clock.now.Add(time.Hour)
		moving.Unlock()
	}
	if err := server.Close(); err != nil || mints.Load() != 2 {
		t.Errorf("%d calls of Mint; Close: %v", mints.Load(), err)
	}
}

func TestConcurrentClientsShareOneFetch(t *testing.T) {
	var mints atomic.Int32
	server := startIn(t, options(t, time.Now(), func(context.Context) (Credentials, error) {
		mints.Add(1)
		time.Sleep(200 * time.Millisecond)
		return session(2, time.Now().Add(time.Hour)), nil
	}), makeBase(t))
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() {
			if got, err := request(t, server); err != nil || number(got) != 2 {
				t.Errorf("got session %d, %v", number(got), err)
			}
		})
	}
	group.Wait()
	if mints.Load() != 1 {
		t.Errorf("%d calls of Mint", mints.Load())
	}
}

func TestSilentClientsDontBlockServer(t *testing.T) {
	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), makeBase(t))
	for range 50 {
		silent, err := net.Dial("unix", server.home.socket())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = silent.Close() })
	}
	if got, err := request(t, server); err != nil || number(got) != 1 {
		t.Errorf("got session %d, %v", number(got), err)
	}
	began := time.Now()
	if err := server.Close(); err != nil || time.Since(began) >= closeTimeout {
		t.Errorf("Close took %s: %v", time.Since(began), err)
	}
}

func TestClientAndCloseGetError(t *testing.T) {
	denied := errors.New("not authorized\n\n- the token's audience is \"a\"")
	reports := make(chan error, 10)
	var good atomic.Bool
	config := options(t, time.Now(), func(context.Context) (Credentials, error) {
		if good.Load() {
			return session(2, time.Now().Add(time.Hour)), nil
		}
		return Credentials{}, denied
	})
	config.Failed = func(err error) { reports <- err }

	t.Run("failed to the end", func(t *testing.T) {
		server := startIn(t, config, makeBase(t))
		if _, err := request(t, server); err == nil || err.Error() != denied.Error() {
			t.Errorf("got %v", err)
		}
		if err := server.Close(); !errors.Is(err, denied) {
			t.Errorf("Close: %v", err)
		}
		if err := server.Close(); !errors.Is(err, denied) {
			t.Errorf("Close again: %v", err)
		}
		if err := <-reports; !errors.Is(err, denied) {
			t.Errorf("told of %v", err)
		}
	})
	t.Run("succeeded in the end", func(t *testing.T) {
		server := startIn(t, config, makeBase(t))
		if _, err := request(t, server); err == nil || err.Error() != denied.Error() {
			t.Errorf("got %v", err)
		}
		good.Store(true)
		if got, err := request(t, server); err != nil || number(got) != 2 {
			t.Errorf("got session %d, %v", number(got), err)
		}
		if err := server.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

func TestCloseEndsRequestsAndRemovesFolder(t *testing.T) {
	for name, heeds := range map[string]bool{"Mint heeds its context": true, "Mint doesn't": false} {
		t.Run(name, func(t *testing.T) {
			minting, release := make(chan struct{}), make(chan struct{})
			defer close(release)
			config := options(t, time.Now(), func(ctx context.Context) (Credentials, error) {
				close(minting)
				if heeds {
					<-ctx.Done()
					return Credentials{}, ctx.Err()
				}
				<-release
				return Credentials{}, nil
			})
			config.Failed = func(err error) { t.Errorf("told of %v", err) }
			server := startIn(t, config, makeBase(t))

			replies := make(chan reply, 20)
			for range cap(replies) {
				go func() {
					credentials, err := request(t, server)
					replies <- reply{credentials, err}
				}()
			}
			<-minting
			began := time.Now()
			if err := server.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			for range cap(replies) {
				if reply := <-replies; reply.err == nil || reply.err.Error() != errEnded.Error() {
					t.Errorf("got session %d, %v", number(reply.credentials), reply.err)
				}
			}
			if duration := time.Since(began); duration > 2*closeTimeout {
				t.Errorf("took %s", duration)
			}
			if !isRemoved(t, server) {
				t.Error("something is left")
			}
			if err := server.Close(); err != nil {
				t.Errorf("Close again: %v", err)
			}
		})
	}
}

func TestStartWithInvalidOptions(t *testing.T) {
	good := options(t, time.Now().Add(time.Hour), mustNotMint(t))
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"no Mint":                  {func(o *Options) { o.Mint = nil }, "function"},
		"no credentials":           {func(o *Options) { o.First = Credentials{} }, "no access key ID"},
		"no executable":            {func(o *Options) { o.Executable = "" }, "absolute path"},
		"a relative executable":    {func(o *Options) { o.Executable = "terraform-provider-sts" }, "absolute path"},
		"a missing executable":     {func(o *Options) { o.Executable = plain + "-not" }, "no such file"},
		"a file that can't be run": {func(o *Options) { o.Executable = plain }, "isn't an executable file"},
		"a folder for an executable": {func(o *Options) { o.Executable = filepath.Dir(plain) }, "isn't an executable " +
			"file"},
	} {
		t.Run(name, func(t *testing.T) {
			base := makeBase(t)
			changed := good
			test.change(&changed)
			_, err := start(changed, serverSettings{baseFolders: []string{base}, mint: mintTimeout})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to contain %q", err, test.want)
			}
			if entries, err := os.ReadDir(base); err != nil || len(entries) > 0 {
				t.Errorf("left in the base folder: %v, %v", entries, err)
			}
		})
	}
}

func TestServerSendsOneAnswerPerConnection(t *testing.T) {
	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), makeBase(t))
	connection, err := net.Dial("unix", server.home.socket())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decodeAnswer(raw); err != nil || number(got) != 1 {
		t.Errorf("got session %d, %v", number(got), err)
	}
}
