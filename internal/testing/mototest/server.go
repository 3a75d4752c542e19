// Package mototest starts moto's server, an S3 that isn't this project's, for a test. Only tests import it.
package mototest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// Program is the path of a program that a test needs. Without the program, the test is skipped.
func Program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED, so this isn't tested here: %s isn't on the PATH", name)
	}
	return path
}

// Start starts the server with an empty bucket, for the time of the test, and gives its URL.
func Start(t *testing.T, bucket string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // the address of a TCP listener
	_ = listener.Close()
	ctx, stop := context.WithCancel(t.Context())
	server := exec.CommandContext(ctx, Program(t, "moto_server"), "-H", "127.0.0.1", "-p", strconv.Itoa(port))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = server.Wait() })
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		err := makeBucket(t, url+"/"+bucket)
		if err == nil {
			return url
		}
		if time.Now().After(deadline) {
			t.Fatalf("moto_server doesn't answer: %v", err)
		}
	}
}

func makeBucket(t *testing.T, url string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer is %s", response.Status)
	}
	return nil
}
