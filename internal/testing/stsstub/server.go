// Package stsstub is the least of an STS: it gives every request a session, after a fixed time, and counts. It checks
// nothing; internal/testing/emulator is the one that does. It has no part in the product.
package stsstub

import (
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Server answers on loopback. A POST is an AssumeRoleWithWebIdentity, and a GET gets a short text.
type Server struct {
	http        *http.Server
	address     string
	latency     atomic.Int64 // nanoseconds
	requests    atomic.Int64
	connections atomic.Int64
}

// Counts are what a server has seen since its last Reset.
type Counts struct {
	Requests    int
	Connections int // TCP connections that were opened
}

// Start starts a server that answers at once. Whoever calls it closes the server.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting a server: %w", err)
	}
	s := &Server{address: listener.Addr().String()}
	s.http = &http.Server{Handler: s, ConnState: s.count, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.http.Serve(listener) }() // it ends by Close
	return s, nil
}

// URL is the endpoint.
func (s *Server) URL() string { return "http://" + s.address }

// Close ends the server and its connections.
func (s *Server) Close() { _ = s.http.Close() }

// Reset sets the counts to zero, and sets how long each further answer takes.
func (s *Server) Reset(latency time.Duration) {
	s.latency.Store(int64(latency))
	s.requests.Store(0)
	s.connections.Store(0)
}

// Counts gives the numbers since the last Reset.
func (s *Server) Counts() Counts {
	return Counts{Requests: int(s.requests.Load()), Connections: int(s.connections.Load())}
}

func (s *Server) count(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.connections.Add(1)
	}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	s.requests.Add(1)
	time.Sleep(time.Duration(s.latency.Load()))
	if request.Method != http.MethodPost {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("ok"))
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("X-Amzn-Requestid", requestID)
	_, _ = w.Write([]byte(Answer(request.FormValue("RoleArn"), request.FormValue("RoleSessionName"))))
}

const requestID = "8b2d8a3c-0000-4000-8000-000000000000"

// sessionTokenLength is about that of AWS's session tokens, in characters.
const sessionTokenLength = 1000

var sessionToken = strings.Repeat("SESSIONTOKEN", sessionTokenLength/len("SESSIONTOKEN"))

// Answer is the XML of a session of the role, which lives for an hour.
func Answer(roleARN, sessionName string) string {
	account, name := "", ""
	if parts := strings.Split(roleARN, ":"); len(parts) == 6 {
		account, name = parts[4], parts[5][strings.LastIndex(parts[5], "/")+1:]
	}
	return fmt.Sprintf(`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>repo:example/platform:environment:production</SubjectFromWebIdentityToken>
    <Audience>sts.example.com</Audience>
    <AssumedRoleUser>
      <Arn>arn:aws:sts::%s:assumed-role/%s/%s</Arn>
      <AssumedRoleId>AROAEXAMPLEEXAMPLE00:%[3]s</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLEEXAMPLE00</AccessKeyId>
      <SecretAccessKey>secretaccesskeyofthestub0000000000000000</SecretAccessKey>
      <SessionToken>%[4]s</SessionToken>
      <Expiration>%[5]s</Expiration>
    </Credentials>
    <Provider>arn:aws:iam::%[1]s:oidc-provider/ci.example.com</Provider>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata>
    <RequestId>%[6]s</RequestId>
  </ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>
`, escaped(account), escaped(name), escaped(sessionName), sessionToken, time.Now().Add(time.Hour).UTC().Format(
		"2006-01-02T15:04:05Z",
	), requestID)
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder never fails
	return b.String()
}
