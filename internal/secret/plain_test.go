package secret_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// requestNames are names that a request has, and that an answer repeats.
var requestNames = []string{
	"arn:aws:iam::123456789012:role/x7Gh2Qz9",
	"123456789012",
	"arn:aws:iam::444455556666:role/deploy",
	"https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
	"s1",
}

// TestPlainWordsPassWhatServersSay has the messages of AWS, MinIO, SeaweedFS, Ceph, Go and x509: each stays as it is.
func TestPlainWordsPassWhatServersSay(t *testing.T) {
	token := secret.New("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJzIn0.c2lnbmF0dXJl")
	for _, text := range []string{
		"AccessDenied",
		"Not authorized to perform sts:AssumeRoleWithWebIdentity",
		"Request ARN is invalid",
		"Incorrect token audience",
		"No OpenIDConnect provider found in your account for https://stranger.example.com",
		"OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
		"Missing a required claim: aud",
		"The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
		"Provided Token is not a Login With Amazon token",
		"Token expired: current date/time 1788264000 must be before the expiration date/time1788260400",
		"Token too old: 1788264000",
		"The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
		"Packed size of session tags consumes 112% of allotted space.",
		"Rate exceeded",
		"The role arn:aws:iam::123456789012:role/x7Gh2Qz9 is unknown",
		"Error processing RoleArn parameter: RoleARN arn:minio:iam:::role/x is not defined.",
		"RoleARN parse err: invalid ARN - bad partition field",
		"Role arn:minio:iam:::role/dummy-internal does not exist",
		"groups claim missing from the JWT token, credentials will not be generated",
		"None of the given policies (`readwrite`) are defined",
		"STS JWT Token has `azp` claim invalid",
		"crypto/rsa: verification error",
		"token signature is invalid",
		"x509: certificate signed by unknown authority",
		"x509: certificate is valid for wrong.example.com, not sts.eu-central-1.amazonaws.com",
		"dial tcp 169.254.169.254:80: connect: connection refused",
		"lookup metadata.google.internal on 10.0.0.2:53: no such host",
		"application/json",
		"x509: certificate is valid for *.example.com, not sts.example.org",
		"AADSTS500011: The resource principal named api://aws was not found in the tenant",
	} {
		if got := secret.PlainWords(text, requestNames, token); got != text {
			t.Errorf("\n got %q\nwant %q", got, text)
		}
		if got := secret.PlainWords(secret.PlainWords(text, requestNames, token), requestNames, token); got != text {
			t.Errorf("a second time: %q", got)
		}
	}
}

func TestPlainWordsLeaveOutData(t *testing.T) {
	token := secret.New("headerHeader1.claimsclaims.signature")
	for name, test := range map[string]struct{ text, want string }{
		"the token": {"Value 'headerHeader1.claimsclaims.signature' is bad", "Value [38 characters " +
			"left out] is bad"},
		"a word of the token":  {"the signature fails", "the [9 characters left out] fails"},
		"a run without spaces": {"got x7Gh2Qz9aB and more", "got [10 characters left out] and more"},
		"what follows four gaps": {"one 1x2y two 3z4w three 5v6u four 7s8r five", "one [4 characters left out] two " +
			"[4 characters left out] three [4 characters left out] four [8 characters left out]"},
		"what follows many words": {
			strings.Repeat("word ", 100) + "end", strings.Repeat("word ", 20) + "[403 characters left out]",
		},
		"spelled letters":         {"it is h e a d e r", "it is [2 characters left out] a [3 characters left out]"},
		"control characters":      {"a\x1b[31mred", "[9 characters left out]"},
		"letters that look alike": {"Аccess denied", "[6 characters left out] denied"},
		"everything":              {"x7Gh2Qz9aB", "[10 characters left out]"},
		"nothing":                 {"", ""},
		"whitespace":              {"  a \n token  ", "a token"},
		"typographic marks":       {"Can’t find the “role”", `Can't find the "role"`},
		"more digits than needed": {"codes 101121 741049 811111 121074 104981 111121 074104", "codes 101121 [37 " +
			"characters left out]"},
		"a name of the request":    {"is s1 right", "is s1 right"},
		"what follows a long text": {strings.Repeat("x", 20000), "[20000 characters left out]"},
	} {
		if got := secret.PlainWords(test.text, requestNames, token); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}

// mostShown is how many characters of an encoded secret may pass, because they look like words.
const mostShown = 40

// TestPlainWordsWithEncodedSecrets checks that no encoding brings a secret into a text, whether or not the secret is
// known.
func TestPlainWordsWithEncodedSecrets(t *testing.T) {
	secrets := map[string]string{
		"a JWT":               "eyJhbGciOiJSUzI1NiIsImtpZCI6IjFiOTRjIn0.eyJpc3MiOiJodHRwczovL2NpLmV4YW1wbGUuY29tIiwic3ViIjoicmVwbzpleGFtcGxlL3BsYXRmb3JtIn0.dGhpcyBpcyBub3QgYSByZWFsIHNpZ25hdHVyZSBidXQgbG9uZyBlbm91Z2g",
		"a secret access key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"the middle of a JWT": "HBsYXRmb3JtIn0.dGhpcyBpcyBub3QgYSByZWFsI",
	}
	for kind, value := range secrets {
		for name, encode := range testenv.Encodings {
			for known, by := range map[string][]secret.Text{"known": {secret.New(value)}, "unknown": nil} {
				encoded := encode(value)
				got := secret.PlainWords("Invalid token "+encoded+" was sent", nil, by...)
				if shown := shownOf(got); shown > mostShown {
					t.Errorf("%s, %s, %s: %d characters pass: %q", kind, known, name, shown, got)
				}
				if !strings.HasPrefix(got, "Invalid token ") {
					t.Errorf("%s, %s, %s: the words are lost: %q", kind, known, name, got)
				}
			}
		}
	}
}

// shownOf counts the letters and digits that a text has beside the words around the secret.
func shownOf(text string) int {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "Invalid token"), "was sent")
	text = leftOut.ReplaceAllString(text, "")
	for _, word := range []string{"the ", "and ", "arn:aws:iam::123456789012:role/", ".example.com"} {
		text = strings.ReplaceAll(text, word, "")
	}
	return len(notLetters.ReplaceAllString(text, ""))
}

var (
	leftOut    = regexp.MustCompile(`\[\d+ characters? left out\]`)
	notLetters = regexp.MustCompile(`[^A-Za-z0-9]`)
)

// TestPlainWordsWithDataAsWords holds how much passes of data that is made to look like words.
// TestPlainWordsWithWrappedSecrets puts parts of an opaque token that look like words into texts that may be shown.
func TestPlainWordsWithWrappedSecrets(t *testing.T) {
	token := secret.New("zqxnfathkkzviekamrqivntswdmdasdh")
	for _, text := range []string{
		"https://ZQXNFATHKKZVIEKA.example.com/",
		"arn:aws:iam::111122223333:role/mrqivntswdmdasdh",
		"token=zqxnfathkkzviekamrqivntswdmdasdh",
		"(zqxnfathkk/deploy)",
	} {
		got := strings.ToLower(secret.PlainWords("see "+text, requestNames, token))
		if strings.Contains(got, "zqxnfathkk") || strings.Contains(got, "mrqivntswdmdasdh") {
			t.Errorf("%s: got %q", text, got)
		}
	}
}

func TestPlainWordsWithDataAsWords(t *testing.T) {
	syllables := strings.Repeat("bacedifoguhajekilomupaqerisotuvawexiyozu", 10)
	for name, encode := range map[string]func() string{
		"long words":          func() string { return strings.Join(testenv.Chunks(syllables, 20), " ") },
		"short words":         func() string { return strings.Join(testenv.Chunks(syllables, 4), " ") },
		"words with digits":   func() string { return strings.Join(testenv.Chunks(syllables, 4), "1234 ") },
		"words with dashes":   func() string { return strings.Join(testenv.Chunks(syllables, 8), "-") },
		"known words between": func() string { return strings.Join(testenv.Chunks(syllables, 8), " the ") },
	} {
		if got := secret.PlainWords("Invalid token "+encode()+" was sent", nil); shownOf(got) > 60 {
			t.Errorf("%s: %d characters pass: %q", name, shownOf(got), got)
		}
		if got := secret.PlainHost(strings.ReplaceAll(encode(), " ", ".")); shownOf(got) > 60 {
			t.Errorf("%s, as a host: %d characters pass: %q", name, shownOf(got), got)
		}
	}
}

func TestPlainHost(t *testing.T) {
	token := secret.New("headerHeader1.claimsclaims.signature")
	for host, want := range map[string]string{
		"login.example.com":                  "login.example.com",
		"sts.us-east-1.amazonaws.com:443":    "sts.us-east-1.amazonaws.com:443",
		"127.0.0.1:8080":                     "127.0.0.1:8080",
		"d1x7gh2qz9ab8.cloudfront.net":       "[13 characters left out].cloudfront.net",
		"claimsclaims.example.com":           "[12 characters left out].example.com",
		"":                                   "",
		strings.Repeat("a.", 50) + "example": "[107 characters left out]",
		"a..b.example.com:x":                 "[18 characters left out]",
	} {
		if got := secret.PlainHost(host, token); got != want {
			t.Errorf("%q: got %q, want %q", host, got, want)
		}
	}
}
