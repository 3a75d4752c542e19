//go:build unix

package provider_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// The tests of this file have servers that try to bring a secret into a log, a diagnostic or a file. A server has what
// it was sent, and what it answers with. All of them run the built provider by a real CLI that logs at TRACE.
//
// To add an attack, add a line to wireAttacks (an answer that isn't quite HTTP) or to echoes (a place that a text can
// be in), or a way to write a secret to testenv.Encodings.

// hostile is what an attack's answer is made of.
type hostile struct {
	good, bad string // the bodies of a success and of an error, in the words of STS or of the platform
	secret    string // that the server was sent, or gives
}

// message is an HTTP response. Its length is that of the body, unless the headers have another.
func message(status, body string, headers ...string) string {
	text := "HTTP/1.1 " + status + "\r\n"
	if !strings.Contains(strings.Join(headers, " "), "Content-Length") &&
		!strings.Contains(strings.Join(headers, " "), "Transfer-Encoding") {
		headers = append(headers, fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return text + strings.Join(headers, "\r\n") + "\r\n\r\n" + body
}

func chunked(body string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body) }

const asChunks = "Transfer-Encoding: chunked"

// wireAttacks are answers that are more or other than one HTTP response. Go's client logs some of that, and quotes some
// in its errors.
var wireAttacks = map[string]func(hostile) string{
	"bytes after a success": func(h hostile) string { return message("200 OK", h.good) + h.secret },
	"bytes after an error":  func(h hostile) string { return message("400 Bad Request", h.bad) + h.secret },
	"a success cut short": func(h hostile) string {
		return message("200 OK", h.good+h.secret, fmt.Sprintf("Content-Length: %d", len(h.good)-9))
	},
	"an error cut short": func(h hostile) string {
		return message("400 Bad Request", h.bad+h.secret, fmt.Sprintf("Content-Length: %d", len(h.bad)-9))
	},
	"a length of zero": func(h hostile) string {
		return message("200 OK", h.good+h.secret, "Content-Length: 0")
	},
	"a second success": func(h hostile) string {
		return message("200 OK", h.good) + message("200 OK", h.secret)
	},
	"a second error": func(h hostile) string {
		return message("400 Bad Request", h.bad) + message("400 "+h.secret, h.secret)
	},
	"304 with a body": func(h hostile) string { return message("304 Not Modified", h.good+h.secret) },
	"204 with a body": func(h hostile) string { return message("204 No Content", h.good+h.secret) },
	"chunks after the end": func(h hostile) string {
		return message("200 OK", chunked(h.good)+chunked(h.secret), asChunks)
	},
	"chunks after an error's end": func(h hostile) string {
		return message("400 Bad Request", chunked(h.bad)+chunked(h.secret), asChunks)
	},
	"a malformed chunk": func(h hostile) string {
		return message("200 OK", h.secret+"\r\n"+h.good, asChunks)
	},
	"a trailer": func(h hostile) string {
		return message(
			"200 OK",
			strings.TrimSuffix(chunked(h.good), "\r\n")+h.secret+"\r\nX: "+h.secret+"\r\n\r\n",
			asChunks,
			"Trailer: X",
		)
	},
	"a malformed header": func(h hostile) string { return message("200 OK", h.good, h.secret) },
	"a malformed header of an error": func(h hostile) string {
		return message("400 Bad Request", h.bad, h.secret+" : x")
	},
	"a malformed status line": func(h hostile) string { return h.secret + "\r\n\r\n" + h.good },
	"a malformed status":      func(h hostile) string { return message(h.secret, h.good) },
	"a malformed protocol":    func(h hostile) string { return "HTTP/" + h.secret + " 200 OK\r\n\r\n" },
	"a malformed length": func(h hostile) string {
		return message("200 OK", h.good, "Content-Length: "+h.secret)
	},
	"a malformed encoding": func(h hostile) string {
		return message("200 OK", h.good, "Transfer-Encoding: "+h.secret)
	},
	"two lengths": func(h hostile) string {
		return message("200 OK", h.good, "Content-Length: 1", "Content-Length: "+h.secret)
	},
	"a status text": func(h hostile) string { return message("403 "+h.secret, h.bad) },
	"an early hint": func(h hostile) string {
		return "HTTP/1.1 103 " + h.secret + "\r\nLink: " + h.secret + "\r\n\r\n" + message("200 OK", h.good)
	},
	"a switch of protocols": func(h hostile) string {
		return message("101 "+h.secret, "", "Upgrade: "+h.secret, "Connection: Upgrade") + h.secret
	},
	"a redirect": func(h hostile) string {
		return message("307 "+h.secret, h.secret, "Location: https://"+h.secret+".example.com/"+h.secret)
	},
	"a redirect to nowhere": func(h hostile) string { return message("302 Found", "", "Location: ://"+h.secret) },
	"a content type": func(h hostile) string {
		return message("200 OK", "x", "Content-Type: application/"+strings.ToLower(h.secret))
	},
	"a content type of an error": func(h hostile) string {
		return message("500 No", "x", "Content-Type: "+h.secret+"/x; y="+h.secret)
	},
	"a request ID": func(h hostile) string {
		return message("400 Bad Request", h.bad, "X-Amzn-Requestid: "+h.secret)
	},
	"a wish for a pause": func(h hostile) string {
		return message("429 No", h.secret, "Retry-After: "+h.secret)
	},
	"a cookie": func(h hostile) string {
		return message("200 OK", h.good, "Set-Cookie: "+h.secret+"="+h.secret)
	},
	"a page": func(h hostile) string {
		return message("503 No", "<html>"+h.secret, "Content-Type: text/html")
	},
	"nothing but the secret": func(h hostile) string { return message("400 Bad Request", h.secret) },
	"a compressed body that isn't": func(h hostile) string {
		return message("200 OK", h.secret, "Content-Encoding: "+
			"gzip")
	},
}

// echoes are the places in an error of STS that a text can be in.
var echoes = map[string]func(text string) string{
	"message": func(text string) string {
		return message("400 Bad Request", stsError("ValidationError", "Invalid token "+text+" was sent", ""))
	},
	"code":       func(text string) string { return message("400 Bad Request", stsError(text, "no", "")) },
	"request ID": func(text string) string { return message("400 Bad Request", stsError("AccessDenied", "no", text)) },
	"header of an ID": func(text string) string {
		return message("403 No", stsError("AccessDenied", "no", ""), "X-Amzn-Requestid: "+oneLine(text))
	},
	"status text": func(text string) string {
		return message("403 "+oneLine(text), stsError("AccessDenied", "no", ""))
	},
	"media type": func(text string) string {
		return message("403 No", "x", "Content-Type: application/"+oneLine(text))
	},
	"bare error": func(text string) string {
		return message("400 Bad Request", "<Error><Code>NoSuchRole</Code><Message>"+asXML(text)+"</Message></Error>")
	},
	"malformed header": func(text string) string { return message("200 OK", "", oneLine(text)) },
	"malformed status": func(text string) string { return oneLine(text) + "\r\n\r\n" },
	"host of elsewhere": func(text string) string {
		return message("307 No", "", "Location: https://"+oneLine(text)+".example.com/")
	},
}

func stsError(code, text, requestID string) string {
	return "<ErrorResponse><Error><Code>" + asXML(
		code,
	) + "</Code><Message>" + asXML(
		text,
	) + "</Message></Error><RequestId>" + asXML(
		requestID,
	) + "</RequestId></ErrorResponse>"
}

func asXML(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func oneLine(text string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(text) }

// hostileServer answers with the attack that a request names: STS by the session's name, a platform by the audience.
type hostileServer struct {
	attacks  map[string]func(secret string) string // of STS's, by a session's name
	lifetime time.Duration                         // of the sessions that it gives

	mutex   sync.Mutex
	calls   map[string]int // by the attack's name
	secrets []string       // the secrets in its answers
}

func (s *hostileServer) answer(request *http.Request) string {
	body, _ := io.ReadAll(request.Body)
	form, _ := url.ParseQuery(string(body))
	if token := form.Get("WebIdentityToken"); token != "" {
		return s.answerOfSTS(form.Get("RoleSessionName"), token)
	}
	name := request.URL.Query().
		Get("audience") +
		request.URL.Query().
			Get("serviceConnectionId") +
		request.URL.Query().
			Get("resource")
	var parameters struct{ Audience string }
	if json.Unmarshal(body, &parameters) == nil {
		name += parameters.Audience
	}
	token := s.give(
		"eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(
			fmt.Appendf(nil, `{"sub":"%s","iss":"https://platform.example.com"}`, name),
		) + "." + fakeSecret(
			name,
		),
	)
	good := fmt.Sprintf(`{"value":%[1]q,"oidcToken":%[1]q,"access_token":%[1]q,"token":%[1]q}`, token)
	if strings.Contains(request.URL.Path, "computeMetadata") {
		good = token
	}
	bad := fmt.Sprintf(`{"message":%[1]q,"error_description":%[1]q}`, "no "+token)
	answer := wireAttacks[name](hostile{good, bad, token})
	return strings.Replace(answer, "\r\n", "\r\nMetadata-Flavor: Google\r\n", 1)
}

// answerOfSTS plays fair when a session that is to be refreshed is opened, in the plan and in the apply.
func (s *hostileServer) answerOfSTS(session, token string) string {
	s.mutex.Lock()
	s.calls[session]++
	number := s.calls[session]
	s.mutex.Unlock()
	name, isRefresh := strings.CutPrefix(session, "refresh-")
	key, sessionToken := s.give(fakeSecret(session+"key")), s.give(fakeSecret(session+"token"))
	good := strings.NewReplacer(
		"session"+leaked, sessionToken, leaked, key, "2999-01-02T03:04:05Z",
		time.Now().Add(s.lifetime).UTC().Format(time.RFC3339),
	).
		Replace(answerOfSTS)
	attack := s.attacks[name]
	if attack == nil || isRefresh && number <= 2 {
		return message("200 OK", good)
	}
	return strings.NewReplacer("(good)", good, "(key)", key).Replace(attack(token))
}

// fakeSecret is a text that looks like a key. Each name has a different one.
func fakeSecret(name string) string {
	return base64.RawURLEncoding.EncodeToString(
		fmt.Appendf(nil, "%s\xfa\x9d\x3c%s\xe1\x07", slices.Repeat([]byte(name), 2), name),
	)
}

func (s *hostileServer) give(secret string) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.secrets = append(s.secrets, secret)
	return secret
}

// serve answers connections until the test ends, each in the way of HTTP/1.1, but with whatever bytes an attack has.
func (s *hostileServer) serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = connection.Close() }()
			reader := bufio.NewReader(connection)
			for {
				request, err := http.ReadRequest(reader)
				if err != nil {
					return
				}
				if _, err := io.WriteString(connection, s.answer(request)); err != nil {
					return
				}
			}
		}()
	}
}

// startHostile starts a server, by plain HTTP or by TLS, and gives its URL and the file of its authority.
func startHostile(t *testing.T, server *hostileServer, byTLS bool) (address, authority string) {
	t.Helper()
	server.calls = map[string]int{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = "http://" + listener.Addr().String()
	if byTLS {
		stand := httptest.NewUnstartedServer(nil)
		stand.StartTLS()
		t.Cleanup(stand.Close)
		address = strings.Replace(address, "http:", "https:", 1)
		authority = testenv.WriteFile(
			t,
			"ca.pem",
			string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: stand.Certificate().Raw})),
		)
		listener = tls.NewListener(
			listener,
			&tls.Config{Certificates: stand.TLS.Certificates, MinVersion: tls.VersionTLS12},
		)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go server.serve(listener)
	return address, authority
}

// wireAttacksAsSTS are the attacks on the wire as answers of STS. The server received a token and returns a key.
func wireAttacksAsSTS() map[string]func(string) string {
	attacks := map[string]func(string) string{}
	for name, attack := range wireAttacks {
		attacks[sessionName(name)] = func(token string) string {
			return attack(hostile{"(good)", stsError("AccessDenied", "no "+token, ""), token + "(key)"})
		}
	}
	return attacks
}

// sessionName is an attack's name in the letters that STS takes.
func sessionName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
}

func providerOf(address, authority string) string {
	arguments := []string{set("endpoint", address), "max_retries = 0"}
	if authority != "" {
		arguments = append(arguments, set("custom_ca_bundle", authority))
	}
	return "provider \"sts\" {\n  " + strings.Join(arguments, "\n  ") + "\n}\n"
}

// instances is how many instances a block has. The time that the CLI takes grows with the square of their number.
const instances = 40

// forEach is a block for each of some names, whose arguments can have each.key. Many names make several blocks:
// label_0, label_1, and so on.
func forEach(kind, label string, names []string, arguments ...string) string {
	config := ""
	for number := 0; number*instances < len(names); number++ {
		some := names[number*instances : min((number+1)*instances, len(names))]
		config += fmt.Sprintf("%s %q \"%s_%d\" {\n  for_each = toset(split(\",\", %q))\n  "+
			"role_arn = \"arn:aws:iam::111122223333:role/x\"\n  timeout = \"5s\"\n  %s\n}\n",
			kind, typeName, label, number, strings.Join(some, ","), strings.Join(arguments, "\n  "))
	}
	return config
}

// verboseProvider is a script that starts the provider in an environment in which its libraries log as much as
// possible, with further variables.
func verboseProvider(t *testing.T, variables ...string) string {
	t.Helper()
	executables := clitest.Built(t)
	return withVariables(t, executables.STS, append(
		variables, "GODEBUG=http2debug=2", "GRPC_GO_LOG_SEVERITY_LEVEL=info", "GRPC_GO_LOG_VERBOSITY_LEVEL=99",
	)...)
}

// withVariables is a script that starts an executable with further variables.
func withVariables(t *testing.T, executable string, variables ...string) string {
	t.Helper()
	script, text := filepath.Join(t.TempDir(), "provider"), "#!/bin/sh\n"
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		text += fmt.Sprintf("export %s='%s'\n", name, value)
	}
	if err := os.WriteFile(script, []byte(text+"exec "+executable+" \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return script
}

// TestWireAttacks has STS and each platform answer with more or other than HTTP, by plain HTTP and by TLS, for data
// sources and for ephemeral resources.
func TestWireAttacks(t *testing.T) {
	t.Parallel()
	for name, byTLS := range map[string]bool{"http": false, "https": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startFixture(t)
			token := f.token(t, nil)
			attacks := wireAttacksAsSTS()
			server := &hostileServer{attacks: attacks, lifetime: time.Hour}
			address, authority := startHostile(t, server, byTLS)
			sessions, audiences := slices.Sorted(maps.Keys(attacks)), slices.Sorted(maps.Keys(wireAttacks))
			config := providerOf(address, authority) + "variable \"token\" {}\n" +
				forEach("data", "sts", sessions, "role_session_name = each.key", "web_identity_token = var.token") +
				forEach("ephemeral", "sts", sessions, "role_session_name = each.key", "web_identity_token = var.token")
			for member, argument := range map[string]string{
				"github_actions": "audience", "azure_devops": "service_connection_id", "google_compute": "audience",
				"azure_managed_identity": "audience", "buildkite": "audience",
			} {
				config += forEach("data", member, audiences, fmt.Sprintf("web_identity_token_request = { %s = { %s = "+
					"each.key } }", member, argument))
			}
			cli := newCLIWith(t, verboseProvider(t), config)
			log := cli.enableTrace(
				t,
				append(platformVariables(address), "TF_VAR_token="+token, "SSL_CERT_FILE="+authority)...)
			printed := cli.mustFail(t, "plan", "-no-color", "-parallelism=30")
			wantMostCalls(t, server, sessions)
			cli.wantNoSecrets(t, append(server.secrets, token), printed, log)
		})
	}
}

// platformVariables have each platform's service at a server.
func platformVariables(address string) []string {
	host := strings.TrimPrefix(strings.TrimPrefix(address, "http://"), "https://")
	return []string{
		"GITHUB_ACTIONS=true",
		"ACTIONS_ID_TOKEN_REQUEST_URL=" + address + "/github?x=1",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=" + requestToken,
		"TF_BUILD=True",
		"SYSTEM_OIDCREQUESTURI=" + address + "/devops",
		"SYSTEM_ACCESSTOKEN=" + requestToken,
		"GCE_METADATA_HOST=" + host,
		"IDENTITY_ENDPOINT=" + address + "/identity",
		"IDENTITY_HEADER=" + requestToken,
		"BUILDKITE=true",
		"BUILDKITE_AGENT_ENDPOINT=" + address + "/v3",
		"BUILDKITE_JOB_ID=0190c1a2-1111-4222-8333-444455556666",
		"BUILDKITE_AGENT_ACCESS_TOKEN=" + requestToken,
	}
}

// TestEchoAttacks has STS repeat the token in every encoding, in every place of an error.
func TestEchoAttacks(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := f.token(t, nil)
	attacks, names := map[string]func(string) string{}, []string{}
	for encoding, encode := range testenv.Encodings {
		for place, echo := range echoes {
			if place != "message" && strings.Contains(encoding, "pieces of") {
				continue // as many as the others together, and where words are shown is where they matter
			}
			name := sessionName(place + "," + encoding)
			names = append(names, name)
			attacks[name] = func(token string) string { return echo(encode(token)) }
		}
	}
	slices.Sort(names)
	server := &hostileServer{attacks: attacks, lifetime: time.Hour}
	address, authority := startHostile(t, server, false)
	cli := newCLIWith(
		t,
		verboseProvider(t),
		providerOf(
			address,
			authority,
		)+"variable \"token\" {}\n"+forEach(
			"data",
			"sts",
			names,
			"role_session_name = each.key",
			"web_identity_token = var.token",
		),
	)
	log := cli.enableTrace(t, "TF_VAR_token="+token)
	printed := cli.mustFail(t, "plan", "-no-color", "-parallelism=30")
	wantMostCalls(t, server, names)
	cli.wantNoSecrets(t, append(server.secrets, token), printed, log)
}

// TestRefreshAttacks has STS answer so when credentials are refreshed: nothing is in the process's output either, nor
// in the warnings at the end.
func TestRefreshAttacks(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	attacks := wireAttacksAsSTS()
	for encoding, encode := range testenv.Encodings {
		attacks[sessionName(encoding)] = func(token string) string { return echoes["message"](encode(token)) }
	}
	var names []string
	for name := range attacks {
		names = append(names, "refresh-"+name)
	}
	slices.Sort(names)
	var files []string // expressions
	for number := 0; number*instances < len(names); number++ {
		files = append(files, fmt.Sprintf("values(ephemeral.%s.sts_%d)[*].shared_config_file", typeName, number))
	}
	server := &hostileServer{attacks: attacks, lifetime: 3 * time.Second}
	address, authority := startHostile(t, server, true)
	token := f.token(t, nil)
	cli := newCLIWith(t, verboseProvider(t), providerOf(address, authority)+
		forEach(
			"ephemeral",
			"sts",
			names,
			"role_session_name = each.key",
			set("web_identity_token_file", testenv.WriteFile(t, "token", token)),
			"refreshable = true",
		)+`
resource "terraform_data" "wait" {
  provisioner "local-exec" {
    command     = "sleep 3; for file in $FILES; do sh -c \"$(sed -n 's/^credential_process *= *//p' $file)\" >> $OUT/stdout 2>> $OUT/stderr || echo $? >> $OUT/status; done"
    environment = { FILES = join(" ", concat(`+strings.Join(files, ", ")+`)) }
  }
}
`)
	out := t.TempDir()
	log := cli.enableTrace(t, "OUT="+out)
	printed := cli.mustRun(t, "apply", "-no-color", "-auto-approve", "-parallelism=30")
	for _, name := range names {
		server.mutex.Lock()
		if server.calls[name] < 3 { // in the plan, in the apply, and to refresh
			t.Errorf("%s was called %d times", name, server.calls[name])
		}
		server.mutex.Unlock()
	}
	cli.wantNoSecrets(t, append(server.secrets, token), printed+read(t, filepath.Join(out, "stderr")), log)
}

// enableTrace sets the CLI's log to the most verbose level, and returns the log's path.
func (cli *installedCLI) enableTrace(t *testing.T, variables ...string) string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	cli.CLI = cli.With(append(variables, "TF_LOG=TRACE", "TF_LOG_PATH="+log)...)
	return log
}

// wantMostCalls fails if many attacks didn't take place. Some don't, because the rest of an answer on a connection
// can end the next request.
func wantMostCalls(t *testing.T, server *hostileServer, names []string) {
	t.Helper()
	server.mutex.Lock()
	defer server.mutex.Unlock()
	var missing []string
	for _, name := range names {
		if server.calls[name] == 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) > len(names)/10 {
		t.Errorf("STS wasn't called for %q", missing)
	}
}

// wantNoSecrets fails if a part of a secret, in any encoding, is in the output, the log, or a temporary file.
func (cli installedCLI) wantNoSecrets(t *testing.T, secrets []string, printed, log string) {
	t.Helper()
	logged := read(t, log)
	if !strings.Contains(logged, "terraform-provider-sts") {
		t.Error("the log isn't that of the provider")
	}
	parts := newSecretParts(secrets)
	for paragraph := range strings.SplitSeq(printed, "\n\n") {
		parts.search(t, "what is printed", paragraph)
	}
	for line := range strings.SplitSeq(logged, "\n") {
		parts.search(t, "the log", line)
	}
	searchFolder(t, secrets, cli.workspace.Path("tmp"))
	if strings.Contains(printed+logged, "panic:") {
		t.Error("something crashed")
	}
}
