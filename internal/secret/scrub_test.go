package secret_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

func TestScrub(t *testing.T) {
	token := secret.New("headerheader.claimsclaims.signature")
	for name, test := range map[string]struct{ text, want string }{
		"plain words stay":            {"Rate exceeded", "Rate exceeded"},
		"words of the service's stay": {"Incorrect token audience", "Incorrect token audience"},
		"a role's ARN stays": {
			"arn:aws:iam::123456789012:role/deploy", "arn:aws:iam::123456789012:role/deploy",
		},
		"a host stays": {
			"lookup sts.us-east-1.amazonaws.com: no such host", "lookup sts.us-east-1.amazonaws.com: no such host",
		},
		"the token":           {"Value 'headerheader.claimsclaims.signature' at", "Value '(redacted)' at"},
		"a part of the token": {"bad claimsclaims!", "bad (redacted)!"},
		"another JWT":         {"got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2ln", "got (redacted)"},
		"a JWT cut short":     {"got eyJhbGciOiJSUzI1NiJ9", "got (redacted)"},
		"a bearer": {"Authorization: Bearer abcdefgh12345678ABCDEFGH", "Authorization: Bearer " +
			"(redacted)"},
		"a proxy's password": {
			`proxyconnect: dial http://user:hunter2@proxy:3128`, `proxyconnect: dial http://(redacted)@proxy:3128`,
		},
		"a key in an answer": {
			"<SecretAccessKey>abc/def</SecretAccessKey>", "<SecretAccessKey>(redacted)</SecretAccessKey>",
		},
		"a session token in JSON": {`{"SessionToken":"FwoGZXIv","x":1}`, `{"SessionToken":(redacted),"x":1}`},
		"a token in a form": {
			"Action=A&WebIdentityToken=opaque-text&Version=1", "Action=A&WebIdentityToken=(redacted)&Version=1",
		},
		"control characters":              {"a\x1b[31mred\x07\r\nb", "a\uFFFD[31mred\uFFFD b"},
		"a mark that turns the writing":   {"a\u202Eb", "a\uFFFDb"},
		"bytes that aren't text":          {"a\xffb", "a\uFFFDb"},
		"a token that control characters": {"headerheader.claims\x00claims.signature", "(redacted)\uFFFD(redacted)"},
		"a token cut short":               {"got headerheader.claimscl...", "got (redacted)..."},
		"a token broken into lines": {"got headerheader.claimsc\nlaimsclaims.signature", "got (redacted) " +
			"(redacted)"},
		"a key of a namespace": {
			`<s:SecretAccessKey x="y">abc/def</s:SecretAccessKey>`,
			`<s:SecretAccessKey x="y">(redacted)</s:SecretAccessKey>`,
		},
		"the end of a key": {`type="s">K7MDENGbPx</SecretAccessKey>`, `type="s">(redacted)</SecretAccessKey>`},
		"a key in a file":  {"aws_secret_access_key = abc/def", "aws_secret_access_key = (redacted)"},
		"a password in a header": {"Proxy-Authorization: Basic dXNlcjpwYXNz", "Proxy-Authorization: Basic " +
			"(redacted)"},
		"a path with an at sign stays": {
			"https://login.example.com/people/alice@example.com",
			"https://login.example.com/people/alice@example.com",
		},
		"words about a token stay": {
			"Invalid WebIdentityToken: audience doesn't match", "Invalid WebIdentityToken: audience doesn't match",
		},
		"a password with an at sign": {"http://user:p@ss@proxy:3128/x", "http://(redacted)@proxy:3128/x"},
	} {
		if got := secret.Scrub(test.text, token, secret.Text{}); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
	opaque := secret.New("Atza|IwEBIJfoo+bar/baz~q")
	for _, text := range []string{"Atza|IwEBIJfoo+bar/ba", "Atza%7CIwEBIJfoo%2Bbar%2Fbaz~q", "EBIJfoo+bar/baz~q"} {
		if got := secret.Scrub("<"+text+">", opaque); got != "<(redacted)>" {
			t.Errorf("of an opaque token: %q", got)
		}
	}
	if got := secret.Scrub(strings.Repeat("é", 5000)); len([]rune(got)) != secret.MaxScrubbed+1 {
		t.Errorf("%d characters are left", len([]rune(got)))
	}
}

// TestScrubIsFast checks that a large page and a long token don't hold up an error.
func TestScrubIsFast(t *testing.T) {
	token := secret.New(strings.Repeat("Ab1-", 5000))
	for name, page := range map[string]string{
		"letters": strings.Repeat("x", 1<<20), "words": strings.Repeat(
			"token = abc <a>b</a> http://x ", 1<<15,
		), "tags": strings.Repeat("<", 1<<20),
		"segments": strings.Repeat("eyJa", 1<<18), "the token": strings.Repeat(token.Reveal(), 50),
	} {
		start := time.Now()
		_ = secret.Scrub(page, token)
		if duration := time.Since(start); duration > 5*time.Second {
			t.Errorf("%s: it took %s", name, duration)
		}
	}
}
