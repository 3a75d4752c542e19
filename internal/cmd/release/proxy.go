package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// registryHost is where the CLI believes the registry to be. The certificate of httptest's servers is valid for it. The
// address of a provider can have a port, but Terraform can't install a provider with a port from a network mirror.
const registryHost = "registry.example.com"

// newProxy starts a proxy that connects every client to one server, whichever host the client wants.
func newProxy(server string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != registryHost+":443" {
			http.Error(w, "this proxy reaches only the registry", http.StatusForbidden)
			return
		}
		target, err := net.Dial("tcp", server)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		client, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = target.Close()
			return
		}
		_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n") // a failure also ends the copying
		join(client, buffered, target)
	}))
}

// join copies both ways until both have ended. What the client sent early is buffered.
func join(client net.Conn, buffered io.Reader, target net.Conn) {
	var both sync.WaitGroup
	both.Go(func() { forward(target, buffered) })
	both.Go(func() { forward(client, target) })
	both.Wait()
	_ = client.Close()
	_ = target.Close()
}

// forward copies until the source ends, and tells the other side that nothing follows.
func forward(to net.Conn, from io.Reader) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}
