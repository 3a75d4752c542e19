package refresh

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// asUser calls act with a new Unix socket, on a thread that belongs to a user. The thread ends after the call.
func asUser(user uintptr, act func(descriptor int) error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread isn't used again
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, user, user, user); errno != 0 {
			done <- errno
			return
		}
		descriptor, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			err = act(descriptor)
			_ = unix.Close(descriptor)
		}
		done <- err
	}()
	return <-done
}

// askAs connects as another user and gives what it read.
func askAs(user uintptr, socket string) (read string, err error) {
	err = asUser(user, func(descriptor int) error {
		if err := unix.Connect(descriptor, &unix.SockaddrUnix{Name: socket}); err != nil {
			return err
		}
		buffer := make([]byte, 4096)
		count, err := unix.Read(descriptor, buffer)
		read = string(buffer[:max(count, 0)])
		return err
	})
	return read, err
}

func TestAnswerOfAnotherUserIsRejected(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	base := makeBase(t)
	if err := os.Chmod(base, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		user  uintptr
		taken bool
	}{"another's": {user: 65534}, "the same user's": {user: 0, taken: true}} {
		t.Run(name, func(t *testing.T) {
			socket := filepath.Join(base, strconv.Itoa(int(test.user)))
			var got Credentials
			var refused error
			err := asUser(test.user, func(descriptor int) error {
				if err := unix.Bind(descriptor, &unix.SockaddrUnix{Name: socket}); err != nil {
					return err
				}
				if err := unix.Listen(descriptor, 1); err != nil {
					return err
				}
				done := make(chan struct{})
				go func() {
					defer close(done)
					got, refused = ask(t.Context(), socket, 10*time.Second)
				}()
				accepted, _, err := unix.Accept(descriptor)
				if err != nil {
					return err
				}
				// Without MSG_NOSIGNAL, a client that has closed the connection would end this process with a signal.
				_ = unix.Sendto(accepted, Output(session(7, time.Time{})), unix.MSG_NOSIGNAL, nil)
				_ = unix.Close(accepted)
				<-done
				return nil
			})
			switch {
			case err != nil:
				t.Error(err)
			case test.taken && (refused != nil || number(got) != 7):
				t.Errorf("got session %d, %v", number(got), refused)
			case !test.taken && (refused == nil || !strings.Contains(
				refused.Error(), "another user's",
			) || number(got) != -1):
				t.Errorf("got session %d, %v", number(got), refused)
			}
		})
	}
}

func TestAnotherUserGetsNoAnswer(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	base := makeBase(t)
	server := startIn(t, options(t, time.Now().Add(time.Hour), mustNotMint(t)), base)
	// The first protection is the folder's mode.
	if read, err := askAs(65534, server.home.socket()); err == nil || read != "" {
		t.Errorf("through the private folder: %d bytes, %v", len(read), err)
	}
	for path, mode := range map[string]os.FileMode{
		base: 0o711, string(server.home): 0o711, server.home.socket(): 0o666,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if read, err := askAs(65534, server.home.socket()); err != nil || read != "" {
		t.Errorf("with open permissions: %d bytes, %v", len(read), err)
	}
	// The same way in works for the server's own user.
	if read, err := askAs(0, server.home.socket()); err != nil || read == "" {
		t.Errorf("the same user: %d bytes, %v", len(read), err)
	}
}
