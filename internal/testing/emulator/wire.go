package emulator

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// apiVersion is the only version of STS's API there is.
const apiVersion = "2011-06-15"

const xmlNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

const requestIDHeader = "X-Amzn-Requestid"

// refusal is an error that STS answers.
type refusal struct {
	status  int
	code    string
	message string
}

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// badRequest is a refusal with HTTP status 400, which most of them have.
func badRequest(code, format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, code, format, args...)
}

func forbidden(code, format string, args ...any) *refusal {
	return refuse(http.StatusForbidden, code, format, args...)
}

func invalidIdentityToken(format string, args ...any) *refusal {
	return badRequest("InvalidIdentityToken", format, args...)
}

func validationError(format string, args ...any) *refusal {
	return badRequest("ValidationError", format, args...)
}

type errorResponse struct {
	XMLName xml.Name    `xml:"ErrorResponse"`
	XMLNS   string      `xml:"xmlns,attr"`
	Error   errorDetail `xml:"Error"`
	// RequestID follows the error here, as it does at AWS; a success has it in
	// ResponseMetadata.
	RequestID string `xml:"RequestId"`
}

type errorDetail struct {
	Type    string
	Code    string
	Message string
}

type responseMetadata struct {
	RequestID string `xml:"RequestId"`
}

type assumeRoleWithWebIdentityResponse struct {
	XMLName  xml.Name                        `xml:"AssumeRoleWithWebIdentityResponse"`
	XMLNS    string                          `xml:"xmlns,attr"`
	Result   assumeRoleWithWebIdentityResult `xml:"AssumeRoleWithWebIdentityResult"`
	Metadata responseMetadata                `xml:"ResponseMetadata"`
}

type assumeRoleWithWebIdentityResult struct {
	SubjectFromWebIdentityToken string
	Audience                    string
	AssumedRoleUser             assumedRoleUser
	Credentials                 credentials
	Provider                    string
	SourceIdentity              string `xml:",omitempty"`
	PackedPolicySize            int    `xml:",omitempty"`
	SessionTokenSize            int
	SessionTokenUtilization     int
}

type assumeRoleResponse struct {
	XMLName  xml.Name         `xml:"AssumeRoleResponse"`
	XMLNS    string           `xml:"xmlns,attr"`
	Result   assumeRoleResult `xml:"AssumeRoleResult"`
	Metadata responseMetadata `xml:"ResponseMetadata"`
}

type assumeRoleResult struct {
	AssumedRoleUser         assumedRoleUser
	Credentials             credentials
	SourceIdentity          string `xml:",omitempty"`
	PackedPolicySize        int    `xml:",omitempty"`
	SessionTokenSize        int
	SessionTokenUtilization int
}

type assumedRoleUser struct {
	Arn           string
	AssumedRoleID string `xml:"AssumedRoleId"`
}

type credentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

func newCredentials(issued *session) credentials {
	return credentials{
		AccessKeyID:     issued.accessKeyID,
		SecretAccessKey: issued.secretAccessKey,
		SessionToken:    issued.sessionToken,
		Expiration:      xmlTime(issued.expiration),
	}
}

// String redacts: the type holds a secret.
func (credentials) String() string { return "emulator.credentials(redacted)" }

// GoString is String, for %#v.
func (c credentials) GoString() string { return c.String() }

type getCallerIdentityResponse struct {
	XMLName  xml.Name                `xml:"GetCallerIdentityResponse"`
	XMLNS    string                  `xml:"xmlns,attr"`
	Result   getCallerIdentityResult `xml:"GetCallerIdentityResult"`
	Metadata responseMetadata        `xml:"ResponseMetadata"`
}

type getCallerIdentityResult struct {
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

// WriteError answers a request as STS answers a refusal: with ErrorResponse XML,
// the given HTTP status and an x-amzn-RequestId header. It is for interceptors.
// Statuses of 500 and more have the type Receiver, others Sender.
func WriteError(w http.ResponseWriter, status int, code, message string) {
	requestID := newRequestID()
	if r, ok := w.(*recorder); ok {
		requestID = r.request.RequestID
	}
	writeRefusal(w, requestID, &refusal{status: status, code: code, message: message})
}

func writeRefusal(w http.ResponseWriter, requestID string, r *refusal) {
	side := "Sender"
	if r.status >= http.StatusInternalServerError {
		side = "Receiver"
	}
	writeXML(w, r.status, requestID, errorResponse{
		XMLNS:     xmlNamespace,
		Error:     errorDetail{Type: side, Code: r.code, Message: r.message},
		RequestID: requestID,
	})
}

func writeXML(w http.ResponseWriter, status int, requestID string, document any) {
	body, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		// The documents are this file's, so this would be a mistake in it.
		panic(err)
	}
	w.Header().Set(requestIDHeader, requestID)
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// A client that has gone away is no concern of the server's.
	_, _ = w.Write(body)
}

// newRequestID is a random UUID, as AWS's are.
func newRequestID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// xmlTime is how STS writes a point in time, to the second.
func xmlTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
