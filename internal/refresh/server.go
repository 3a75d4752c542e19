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
	// writeBound is how long a client may take to receive an answer.
	writeBound = 5 * time.Second

	// closeBound is how long Close waits for answers under way. Terraform kills a plugin two seconds after asking it to
	// end.
	closeBound = time.Second

	// acceptPause is the pause after a connection couldn't be accepted, for want of file descriptors for example.
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

	tasks   sync.WaitGroup // the loop that accepts, and the answers under way
	closing sync.Once
	failure error
}

func newServer(options Options, around surroundings, home folder, listener *net.UnixListener) *Server {
	life, end := context.WithCancel(context.Background())
	return &Server{
		home:     home,
		listener: listener,
		keeper: &keeper{
			mint:   options.Mint,
			failed: options.Failed,
			clock:  options.Clock,
			bound:  around.mint,
			held:   holding{credentials: options.First, obtained: options.Clock()},
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

// Profile is the name of the config file's one profile. It is unique, so that no profile of the user's is taken for it.
func (s *Server) Profile() string { return s.home.profile() }

// Close stops answering, cuts a refresh under way short and removes the folder, within little more than a second.
// Whoever waits for an answer gets one at once: what is at hand if that is still good, or an error.
//
// It returns why the last refresh failed, and nil when there was none or it succeeded. Calling it again returns the
// same.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.end()
		_ = s.listener.Close()
		// What can't be removed holds nothing secret, and a later run tries again.
		_ = os.RemoveAll(string(s.home))
		s.settle()
		s.failure = s.keeper.lastFailure()
		// Last, so that a CloseAll meanwhile waits for this: the process may end after it.
		unregister(s)
	})
	return s.failure
}

// settle waits until nothing is under way, within closeBound.
func (s *Server) settle() {
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		s.tasks.Wait()
		s.keeper.tasks.Wait()
	}()
	select {
	case <-quiet:
	case <-time.After(closeBound):
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
	if !sameUser(connection) {
		return
	}
	credentials, err := s.keeper.ask(s.life)
	_ = connection.SetWriteDeadline(time.Now().Add(writeBound))
	// A client that has gone has no one to tell.
	_, _ = connection.Write(encodeAnswer(credentials, err))
}
