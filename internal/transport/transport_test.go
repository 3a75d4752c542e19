package transport_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

func get(t *testing.T, address string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return transport.NewClient(&http.Transport{}).Do(request)
}

func TestRedirectIsAnErrorAndIsNotFollowed(t *testing.T) {
	reached := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer elsewhere.Close()

	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/?x=y", status))
		response, err := get(t, server.URL)
		server.Close()
		if err == nil {
			_ = response.Body.Close()
			t.Errorf("%d: no error", status)
			continue
		}
		var redirect *transport.RedirectError
		if !errors.As(err, &redirect) || redirect.Status != status || "http://"+redirect.Host != elsewhere.URL {
			t.Errorf("%d: got %v", status, err)
		}
	}
	if reached {
		t.Error("a redirect was followed")
	}
}

func TestBodyIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		size int
		want error
	}{
		"a body at the bound is read whole":   {transport.MaxBodyBytes, nil},
		"a body of one byte more is an error": {transport.MaxBodyBytes + 1, transport.ErrBodyTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write(bytes.Repeat([]byte("x"), test.size))
			}))
			defer server.Close()
			response, err := get(t, server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			if !errors.Is(err, test.want) {
				t.Errorf("got error %v, want %v", err, test.want)
			}
			if err == nil && len(body) != test.size {
				t.Errorf("read %d bytes of %d", len(body), test.size)
			}
		})
	}
}

func TestIsLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"http://localhost:8080":        true,
		"http://LOCALHOST":             false,
		"http://sts.localhost":         false,
		"http://127.0.0.1:4566":        true,
		"http://127.9.9.9":             true,
		"http://[::1]:80":              true,
		"http://10.0.0.1":              false,
		"http://localhost.example.com": false,
		"http://127.0.0.1.example.com": false,
		"https://sts.amazonaws.com":    false,
	} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := transport.IsLoopback(parsed); got != want {
			t.Errorf("%s: got %v", address, got)
		}
	}
}

func TestProxyThatRefuses(t *testing.T) {
	proxy := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }),
	)
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://sts.example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.NewClient(&http.Transport{Proxy: http.ProxyURL(address)}).Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	var refusal *transport.ProxyError
	if !errors.As(err, &refusal) || refusal.Status != http.StatusForbidden || refusal.Host != address.Host {
		t.Errorf("got %v", err)
	}
}
