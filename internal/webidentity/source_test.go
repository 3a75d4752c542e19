package webidentity_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

func jwt() string { return token(`{"alg":"RS256"}`, `{"sub":"s"}`) }

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileGivesItsTokenTrimmedAndAnew(t *testing.T) {
	path := write(t, "\n "+jwt()+"\r\n")
	source := webidentity.File{Path: path, Origin: origin.Of(origin.Block)}
	got, err := source.Token(t.Context())
	if err != nil || got.Reveal() != jwt() {
		t.Fatalf("got %q, %v", got.Reveal(), err)
	}

	replaced := token(`{"alg":"ES256"}`, `{"sub":"t"}`)
	if err := os.WriteFile(path, []byte(replaced), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err = source.Token(t.Context()); err != nil || got.Reveal() != replaced {
		t.Errorf("after the file changed: got %q, %v", got.Reveal(), err)
	}
}

func TestFileErrorsNameTheArgumentAndTheProblem(t *testing.T) {
	const secretContent = "-----BEGIN PRIVATE KEY----- c2VjcmV0"
	for name, test := range map[string]struct {
		path   string
		opaque bool
		want   string
	}{
		"missing":             {path: filepath.Join(t.TempDir(), "none"), want: "doesn't exist"},
		"an empty path":       {path: "", want: "The path is empty"},
		"a tilde":             {path: "~/token", want: "pathexpand("},
		"empty":               {path: write(t, ""), want: "is empty"},
		"whitespace alone":    {path: write(t, " \n\t"), want: "is empty"},
		"a directory":         {path: t.TempDir(), want: "is a directory"},
		"larger than is read": {path: write(t, strings.Repeat("x", 100000)), want: "larger than a token can be"},
		"longer than a token": {path: write(t, strings.Repeat("x", 20001)), want: "longer than a token " +
			"can be: 20001 characters"},
		"another secret": {path: write(t, secretContent), want: "doesn't contain a JWT"},
		"a token in quotes": {
			path: write(t, `"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2ln"`), want: "It begins with a quotation mark",
		},
		"a token in JSON": {
			path: write(t, `{"value":"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2ln"}`), want: "It is JSON",
		},
		"a token with its scheme": {path: write(t, "Bearer abc.def.ghi"), want: "It begins with the word Bearer"},
		"a masked token":          {path: write(t, "***"), want: "It consists of asterisks"},
		"a longer masked token":   {path: write(t, "********"), want: "It consists of asterisks"},
		"an encrypted token": {
			path: write(t, "eyJhbGciOiJSU0EifQ.a.b.c.d"), want: "It is an encrypted token (JWE)",
		},
		"an access token": {
			path: write(t, "ya29.a0AfH6SMBx"), want: "It looks like an access token. Use the ID token.",
		},
		"a missing token of EKS": {
			path: "/var/run/secrets/eks.amazonaws.com/serviceaccount/none", want: "eks.amazonaws.com/role-arn",
		},
		"a token in lines": {
			path: write(t, "eyJhbGciOiJSUzI1NiJ9.\neyJzdWIiOiJzIn0.c2ln"), want: "There is whitespace in it",
		},
		"a token cut off":                {path: write(t, "eyJhbGciOiJSUzI1NiJ9.eyJzdWI"), want: "might be cut off"},
		"bytes":                          {path: write(t, "\xff\xfe\x00\x01"), want: "isn't UTF-8 text"},
		"too short, though opaque":       {path: write(t, "abc"), opaque: true, want: "too short"},
		"a device, which would not stop": {path: os.DevNull, want: "pipe, a socket or a device"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := webidentity.File{
				Path:   test.path,
				Origin: origin.Of(origin.Block),
				Opaque: test.opaque,
			}.Token(
				t.Context(),
			)
			expectSourceError(t, err, "web_identity_token_file", test.want)
			if strings.Contains(explained(err), "c2VjcmV0") {
				t.Errorf("the file's content is in the error: %v", err)
			}
		})
	}
}

func TestFileOfTheEnvironmentNamesItsVariable(t *testing.T) {
	_, err := webidentity.File{
		Path: filepath.Join(t.TempDir(), "none"), Origin: origin.OfVariable(webidentity.FileVariable),
	}.Token(t.Context())
	expectSourceError(t, err, "", "AWS_WEB_IDENTITY_TOKEN_FILE")
}

func TestFileMayHoldAnAccessTokenWhenToldSo(t *testing.T) {
	got, err := webidentity.File{
		Path:   write(t, "Atza|opaque\n"),
		Origin: origin.Of(origin.Block),
		Opaque: true,
	}.Token(
		t.Context(),
	)
	if err != nil || got.Reveal() != "Atza|opaque" {
		t.Errorf("got %q, %v", got.Reveal(), err)
	}
}

func TestFileEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (webidentity.File{Path: write(t, jwt())}).Token(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestInlineIsTrimmed(t *testing.T) {
	got, err := webidentity.Inline{Value: secret.New(" " + jwt() + "\n")}.Token(t.Context())
	if err != nil || got.Reveal() != jwt() {
		t.Errorf("got %q, %v", got.Reveal(), err)
	}
}

func TestInlineRefusesWhatIsNoToken(t *testing.T) {
	for name, test := range map[string]struct{ value, want string }{
		"empty":                      {"", "is empty"},
		"whitespace alone":           {" \n", "is empty"},
		"three characters":           {"abc", "too short"},
		"too long":                   {strings.Repeat("é", 20001), "20001 characters"},
		"an absolute path":           {"/var/run/secrets/eks.amazonaws.com/serviceaccount/token", "path of a file"},
		"a relative path":            {"./token.jwt", "path of a file"},
		"a path in the home folder":  {"~/token.jwt", "path of a file"},
		"a path of Windows":          {`C:\token.jwt`, "path of a file"},
		"the AWS CLI's way to say a": {"file://token.jwt", "path of a file"},
		"a file that exists":         {write(t, jwt()), "path of a file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := webidentity.Inline{Value: secret.New(test.value)}.Token(t.Context())
			expectSourceError(t, err, "web_identity_token", test.want)
			if len(test.value) > 4 && strings.Contains(explained(err), test.value) {
				t.Errorf("the value is in the error: %v", err)
			}
		})
	}
}

func TestInlineFindsAFileByItsBareName(t *testing.T) {
	path := write(t, jwt())
	t.Chdir(filepath.Dir(path))
	if err := (webidentity.Inline{Value: secret.New(filepath.Base(path))}).Check(); err == nil {
		t.Error("the name of a file was taken for a token")
	}
}

func TestFIFODoesNotBlock(t *testing.T) {
	path := fifo(t)
	done := make(chan error, 1)
	go func() {
		_, err := webidentity.File{Path: path, Origin: origin.Of(origin.Block)}.Token(t.Context())
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(explained(err), "pipe") {
			t.Errorf("got %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("reading a named pipe blocks")
	}
}
