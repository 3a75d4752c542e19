package webidentity_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// BenchmarkDecode reads the claims of a CI job's token, and of what isn't a token.
func BenchmarkDecode(b *testing.B) {
	token := stsstub.Token()
	for name, text := range map[string]string{
		"token":                 token,
		"one part only":         strings.Split(token, ".")[0],
		"a long text of no use": strings.Repeat("A", webidentity.MaxTokenLength),
	} {
		b.Run(name, func(b *testing.B) {
			isToken := text == token
			b.ReportAllocs()
			for b.Loop() {
				if _, err := webidentity.Decode(text); (err == nil) != isToken {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSource takes a token from each kind of source. The platform is a server on loopback.
func BenchmarkSource(b *testing.B) {
	token := stsstub.Token()
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"value":%q}`, token)
	}))
	b.Cleanup(platform.Close)
	job := map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL":   platform.URL + "/token?version=2",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token-of-the-job",
	}

	for name, source := range map[string]webidentity.Source{
		"inline":      webidentity.Inline{Value: secret.New(token)},
		"file":        webidentity.File{Path: writeToken(b, token), Origin: origin.Of(origin.Block)},
		"environment": webidentity.Environment{Name: "TOKEN", Getenv: func(string) string { return token }},
		"platform": webidentity.GitHubActions.Request(webidentity.Requester{
			Getenv: func(name string) string { return job[name] },
		}, nil),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				got, err := source.Token(b.Context())
				if err != nil || got.Reveal() != token {
					b.Fatal(err)
				}
			}
		})
	}
}

func writeToken(b *testing.B, token string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "token")
	if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
