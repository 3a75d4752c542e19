package provider_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// serve starts a server that always gives the same answer.
func serve(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// startSilentServer starts a server that accepts connections and never answers. The channel is closed at the first
// connection.
func startSilentServer(t *testing.T) (address string, called <-chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	first := make(chan struct{})
	go func() {
		for number := 0; ; number++ {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			if number == 0 {
				close(first)
			}
			context.AfterFunc(t.Context(), func() { _ = connection.Close() })
		}
	}()
	return listener.Addr().String(), first
}
