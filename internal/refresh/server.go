package refresh

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

const (
	// writeTimeout is how long a client may take to receive an answer.
	writeTimeout = 5 * time.Second

	// closeTimeout is how long Close waits for answers in progress. Terraform kills a plugin two seconds after it asked
	// the plugin to end.
	closeTimeout = time.Second

	// acceptPause is the pause after a connection couldn't be accepted, for example without free file descriptors.
	acceptPause = 50 * time.Millisecond
)

// Server answers with credentials on a Unix socket, to processes of the same user only. It speaks first and reads
// nothing, and gives one answer a connection.
type Server struct {
	home     folder
	listener *net.UnixListener
	keeper   *keeper

	life context.Context // ended by Close
	end  context.CancelFunc

	tasks   sync.WaitGroup // the loop that accepts, and the answers in progress
	closing sync.Once
	failure error
}

func newServer(options Options, settings serverSettings, home folder, listener *net.UnixListener) *Server {
	life, end := context.WithCancel(context.Background())
	return &Server{
		home:     home,
		listener: listener,
		keeper: &keeper{
			mint:    options.Mint,
			failed:  options.Failed,
			clock:   options.Clock,
			timeout: settings.mint,
			held:    heldCredentials{credentials: options.First, obtained: options.Clock()},
		},
		life: life,
		end:  end,
	}
}

// ConfigFile is the path of the shared config file, for AWS_CONFIG_FILE and its like.
func (s *Server) ConfigFile() string { return s.home.config() }

// CredentialsFile is the path of a shared credentials file with the same profile, for AWS_SHARED_CREDENTIALS_FILE. It
// holds no credentials either.
func (s *Server) CredentialsFile() string { return s.home.credentials() }

// Profile is the name of the config file's only profile. It is unique, so it differs from the user's profiles.
func (s *Server) Profile() string { return s.home.profile() }

// Close stops answering, cancels a refresh that is in progress, and removes the folder. It takes little more than a
// second. Clients that wait for an answer get one immediately: the current credentials if they are still valid, or an
// error.
//
// It returns why the last refresh failed, and nil when there was none or it succeeded. Calling it again returns the
// same.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.end()
		_ = s.listener.Close()
		// A file that can't be removed contains no secret, and a later run tries again.
		_ = os.RemoveAll(string(s.home))
		s.waitForTasks()
		s.failure = s.keeper.lastFailure()
		// This is last, so that a concurrent CloseAll waits for this Close: the process may end after CloseAll.
		unregister(s)
	})
	return s.failure
}

// waitForTasks waits for all tasks to end, for closeBound at most.
func (s *Server) waitForTasks() {
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		s.tasks.Wait()
		s.keeper.tasks.Wait()
	}()
	select {
	case <-quiet:
	case <-time.After(closeTimeout):
	}
}

// begin starts to answer, until Close.
func (s *Server) begin() { s.tasks.Go(s.accept) }

func (s *Server) accept() {
	for {
		connection, err := s.listener.AcceptUnix()
		switch {
		case err == nil:
			s.tasks.Go(func() { s.answer(connection) })
		case s.life.Err() != nil || errors.Is(err, net.ErrClosed):
			return
		default:
			time.Sleep(acceptPause)
		}
	}
}

// answer gives one answer. A client of another user gets none.
func (s *Server) answer(connection *net.UnixConn) {
	defer func() { _ = connection.Close() }()
	if !isSameUser(connection) {
		return
	}
	credentials, err := s.keeper.ask(s.life)
	_ = connection.SetWriteDeadline(time.Now().Add(writeTimeout))
	// If the write fails, the client has ended.
	_, _ = connection.Write(encodeAnswer(credentials, err))
}
