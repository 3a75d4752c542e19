package provider

import (
	"crypto/sha1"
	"encoding/hex"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBedrockUsesTheKeys checks that botocore signs a call of Amazon Bedrock with the session's keys, although the
// runner prefers bearer tokens and has a cached SSO token. Without the variable, it sends that token.
func TestBedrockUsesTheKeys(t *testing.T) {
	if err := exec.Command("python3", "-c", "import boto3").Run(); err != nil {
		t.Skipf("boto3 isn't here, so what it signs with was NOT tested: %v", err)
	}
	authorizations := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorizations <- r.Header.Get("Authorization")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"modelSummaries":[]}`))
	}))
	defer server.Close()
	home := t.TempDir()
	name := sha1.Sum([]byte("decoy"))
	for path, content := range map[string]string{
		".aws/config": "[default]\nsso_session = decoy\nsso_account_id = 1\nsso_role_name = x\n" +
			"auth_scheme_preference = httpBearerAuth\n[sso-session decoy]\nsso_region = us-east-1\n" +
			"sso_start_url = https://decoy.awsapps.com/start\nsso_registration_scopes = x\n",
		".aws/sso/cache/" + hex.EncodeToString(name[:]) + ".json": `{"startUrl":"https://decoy.awsapps.com/start",` +
			`"region":"us-east-1","accessToken":"DECOY","expiresAt":"2099-01-01T00:00:00Z"}`,
	} {
		path = filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	without := maps.Clone(besideKeys)
	delete(without, "AWS_AUTH_SCHEME_PREFERENCE")
	for want, variables := range map[string]map[string]string{"AWS4-HMAC-SHA256": besideKeys, "Bearer DECOY": without} {
		command := exec.CommandContext(t.Context(), "python3", "testdata/sdks/boto3_bedrock.py", server.URL)
		command.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + home,
			"AWS_ACCESS_KEY_ID=ASIASESSION", "AWS_SECRET_ACCESS_KEY=x", "AWS_SESSION_TOKEN=y",
		}
		for name, value := range variables {
			command.Env = append(command.Env, name+"="+value)
		}
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		if authorization := <-authorizations; !strings.HasPrefix(authorization, want) {
			t.Errorf("it is signed with %.30q, want %q", authorization, want)
		}
	}
}
