package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// startTimeout is long, because other programs might use the machine.
const startTimeout = 2 * time.Minute

// server is a process that listens on loopback.
type server struct {
	name    string
	logPath string
	command *exec.Cmd
	ended   chan struct{} // closed when the process has ended
}

// freeAddress is an address on loopback that nothing uses now.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// start starts a process that b.close ends. Its environment has only the PATH, a home folder in the workspace, and the
// variables.
func (b *bench) start(
	ctx context.Context,
	program string,
	variables []string,
	arguments ...string,
) (*server, error) {
	folder, err := b.workspace.Folder("server", fmt.Sprintf("%d-%s", len(b.servers), filepath.Base(program)))
	if err != nil {
		return nil, err
	}
	s := &server{
		name:    filepath.Base(program),
		logPath: filepath.Join(folder, "log"),
		command: exec.CommandContext(ctx, program, arguments...),
		ended:   make(chan struct{}),
	}
	log, err := os.OpenFile(s.logPath, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has its own
	s.command.Dir = folder
	s.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + folder}, variables...)
	s.command.Stdout, s.command.Stderr = log, log
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", s.name, err)
	}
	b.servers = append(b.servers, s)
	go func() {
		defer close(s.ended)
		_ = s.command.Wait() // waitFor reports a server that ended early
	}()
	return s, nil
}

// stop ends the process.
func (s *server) stop() {
	_ = s.command.Process.Kill() // an error means that it has ended
	<-s.ended
}

// waitFor waits until a GET of the URL succeeds.
func (s *server) waitFor(ctx context.Context, url string) error {
	var last error
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); {
		if last = get(ctx, url); last == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ended:
			return fmt.Errorf("%s ended during its start:\n%s", s.name, s.logEnd())
		case <-time.After(200 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s doesn't answer after %s: %w\n%s", s.name, startTimeout, last, s.logEnd())
}

func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// log is what the server has written so far.
func (s *server) log() string {
	text, err := os.ReadFile(s.logPath)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// logEnd is the end of the log.
func (s *server) logEnd() string {
	const most = 15
	lines := strings.Split(strings.TrimSpace(s.log()), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}
