package emulator

import (
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"strings"
	"time"
)

// maxSessionTokenSize is the size, in bytes, of which SessionTokenUtilization is
// the percentage. That it is the largest MinimumSessionTokenSize is a guess.
const maxSessionTokenSize = 4096

// sessionTokenBytes is about what AWS's session tokens hold before base64.
const sessionTokenBytes = 480

// session is a role session: credentials, and whose they are.
type session struct {
	accessKeyID, secretAccessKey, sessionToken string
	expiration                                 time.Time
	arn, userID, account                       string

	roleARN string // with its path
	claims  sessionClaims
	limits  *permissions // nil if the session has no session policies
}

// String names the session, not its credentials.
func (s session) String() string { return "emulator.session(" + s.arn + ")" }

// GoString is String, for %#v.
func (s session) GoString() string { return s.String() }

// LogValue is String, for structured logs.
func (s session) LogValue() slog.Value { return slog.StringValue(s.String()) }

// issue makes credentials that authenticate knows until they expire. AWS
// writes times to the second, and so expires them.
func (s *Server) issue(
	assumed *role,
	parameters *assumeParameters,
	claims sessionClaims,
	limits *permissions,
	expiration time.Time,
) *session {
	issued := &session{
		accessKeyID:     "ASIA" + newIDSuffix(16),
		secretAccessKey: randomText(30),
		sessionToken:    newSessionToken(parameters.minimumTokenSize),
		expiration:      expiration.Truncate(time.Second),
		arn:             assumed.assumedRoleARN(parameters.sessionName),
		userID:          assumed.id + ":" + parameters.sessionName,
		account:         assumed.account,
		roleARN:         parameters.roleARN,
		claims:          claims,
		limits:          limits,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[issued.accessKeyID] = issued
	return issued
}

// Secrets are the secret access keys and session tokens that were issued so far, for a test to look for where they
// shouldn't be.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var secrets []string
	for _, issued := range s.sessions {
		secrets = append(secrets, issued.secretAccessKey, issued.sessionToken)
	}
	return secrets
}

// newSessionToken is of at least the given size in bytes.
func newSessionToken(minimumSize int) string {
	token := "IQoJb3JpZ2luX2Vj" + randomText(sessionTokenBytes)
	if missing := minimumSize - len(token); missing > 0 {
		token += strings.Repeat("A", missing)
	}
	return token
}

// newIDSuffix is what follows the prefix of an IAM identifier.
func newIDSuffix(length int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	suffix := make([]byte, length)
	_, _ = rand.Read(suffix) // never fails
	for n := range suffix {
		suffix[n] = alphabet[int(suffix[n])%len(alphabet)]
	}
	return string(suffix)
}

func randomText(size int) string {
	text := make([]byte, size)
	_, _ = rand.Read(text) // never fails
	return base64.StdEncoding.EncodeToString(text)
}

// percentage is of a whole, rounded up.
func percentage(part, whole int) int { return (part*100 + whole - 1) / whole }
