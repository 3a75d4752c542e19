package assumerole

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go/middleware"
	smithytime "github.com/aws/smithy-go/time"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// deserializer reads the responses of STS instead of the SDK's own. The SDK's names an XML node where no STS answered,
// keeps the response in its errors, and doesn't read what other servers send: a bare error, a misspelled element, an
// empty number. Its errors are *ServiceError and *AnswerError.
type deserializer struct {
	operation operation
	text      serverText
}

// operation is an operation of the API: the root of its result, and the SDK's type of it.
type operation struct {
	root   string
	output func(*document) (any, *AnswerError)
}

var (
	assumeRoleWithWebIdentity = operation{
		"AssumeRoleWithWebIdentityResponse",
		func(d *document) (any, *AnswerError) { return d.Exchange.output() },
	}
	assumeRole = operation{
		"AssumeRoleResponse",
		func(d *document) (any, *AnswerError) {
			output, problem := d.Hop.output()
			if problem != nil {
				return nil, problem
			}
			return &sts.AssumeRoleOutput{
				Credentials:             output.Credentials,
				AssumedRoleUser:         output.AssumedRoleUser,
				SourceIdentity:          output.SourceIdentity,
				PackedPolicySize:        output.PackedPolicySize,
				SessionTokenSize:        output.SessionTokenSize,
				SessionTokenUtilization: output.SessionTokenUtilization,
			}, nil
		},
	}
)

// useDeserializer has an operation's client use it.
func useDeserializer(of operation, text serverText) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		_, err := stack.Deserialize.Swap("OperationDeserializer", deserializer{of, text})
		return err
	}
}

// ID is the SDK's name for the step.
func (deserializer) ID() string { return "OperationDeserializer" }

// HandleDeserialize reads the whole body, which transport has bounded.
func (d deserializer) HandleDeserialize(
	ctx context.Context,
	in middleware.DeserializeInput,
	next middleware.DeserializeHandler,
) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	if err != nil {
		return out, metadata, err
	}
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, metadata, fmt.Errorf("a response of type %T", out.RawResponse)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return out, metadata, err
	}
	document, problem := parse(d.operation.root, response.Header.Get("Content-Type"), body)
	if problem == nil && document.isError() {
		return out, metadata, d.serviceError(response, document)
	}
	if problem == nil && response.StatusCode >= http.StatusMultipleChoices {
		problem = &AnswerError{Kind: AnswerNoCode}
	}
	var output any
	if problem == nil {
		output, problem = d.operation.output(document)
	}
	if problem != nil {
		problem.HTTPStatus = response.StatusCode
		return out, metadata, problem
	}
	if _, found := awsmiddleware.GetRequestIDMetadata(metadata); !found {
		awsmiddleware.SetRequestIDMetadata(&metadata, document.Metadata.RequestID)
	}
	out.Result = output
	return out, metadata, nil
}

// serviceError is the error in a response, with those of its texts that may be shown.
func (d deserializer) serviceError(response *smithyhttp.Response, document *document) error {
	failure := document.error()
	if failure.Code == "" {
		return &AnswerError{Kind: AnswerNoCode, HTTPStatus: response.StatusCode}
	}
	requestID := document.RequestID
	if id := response.Header.Get("X-Amzn-Requestid"); id != "" {
		requestID = id
	}
	return &ServiceError{
		Code:       d.text.code(failure.Code),
		Message:    d.text.plain(failure.Message),
		HTTPStatus: response.StatusCode,
		RequestID:  d.text.requestID(requestID),
	}
}

// The elements that an error of STS is in, by their local names.
const (
	errorRoot     = "ErrorResponse"
	bareErrorRoot = "Error" // Ceph's
)

// document is a response of STS: a result, or an error of one of two forms.
type document struct {
	XMLName   xml.Name
	Exchange  resultElement `xml:"AssumeRoleWithWebIdentityResult"`
	Hop       resultElement `xml:"AssumeRoleResult"`
	Error     errorElement  `xml:"Error"`
	RequestID string        `xml:"RequestId"`
	Metadata  struct {
		RequestID string `xml:"RequestId"`
	} `xml:"ResponseMetadata"`
	errorElement
}

type errorElement struct {
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}

type resultElement struct {
	Credentials *struct {
		AccessKeyID     *string `xml:"AccessKeyId"`
		SecretAccessKey *string `xml:"SecretAccessKey"`
		SessionToken    *string `xml:"SessionToken"`
		Expiration      string  `xml:"Expiration"`
	} `xml:"Credentials"`
	AssumedRoleUser struct {
		ARN           *string `xml:"Arn"`
		AssumedRoleID *string `xml:"AssumedRoleId"`
		MisspelledID  *string `xml:"AssumeRoleId"` // MinIO's and Ceph's
	} `xml:"AssumedRoleUser"`
	SubjectFromWebIdentityToken *string
	Audience                    *string
	Provider                    *string
	SourceIdentity              *string
	PackedPolicySize            string
	SessionTokenSize            string
	SessionTokenUtilization     string
}

func (d *document) isError() bool {
	return d.XMLName.Local == errorRoot || d.XMLName.Local == bareErrorRoot
}

func (d *document) error() errorElement {
	if d.XMLName.Local == bareErrorRoot {
		return d.errorElement
	}
	return d.Error
}

// parse reads a response whose result has the root, or says why it isn't one of STS.
func parse(resultRoot, contentType string, body []byte) (*document, *AnswerError) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	var document document
	root, isWhole := document.read(body)
	isOfSTS := root == resultRoot || root == errorRoot || root == bareErrorRoot
	switch {
	case isOfSTS && isWhole:
		return &document, nil
	case len(body) == 0:
		return nil, &AnswerError{Kind: AnswerEmpty}
	case !isOfSTS && wantsTLS.Match(body[:min(len(body), maxSniffed)]):
		return nil, &AnswerError{Kind: AnswerWantsTLS}
	case !isOfSTS && isHTML(contentType, body):
		return nil, &AnswerError{Kind: AnswerHTML}
	case !isOfSTS:
		return nil, &AnswerError{Kind: AnswerForeign, MediaType: mediaType(contentType)}
	}
	return nil, &AnswerError{Kind: AnswerCutOff}
}

// output is the SDK's own type. What is missing or empty is nil.
func (result resultElement) output() (*sts.AssumeRoleWithWebIdentityOutput, *AnswerError) {
	output := &sts.AssumeRoleWithWebIdentityOutput{
		AssumedRoleUser: &types.AssumedRoleUser{
			Arn:           result.AssumedRoleUser.ARN,
			AssumedRoleId: result.AssumedRoleUser.AssumedRoleID,
		},
		SubjectFromWebIdentityToken: result.SubjectFromWebIdentityToken,
		Audience:                    result.Audience,
		Provider:                    result.Provider,
		SourceIdentity:              result.SourceIdentity,
		PackedPolicySize:            size(result.PackedPolicySize),
		SessionTokenSize:            size(result.SessionTokenSize),
		SessionTokenUtilization:     size(result.SessionTokenUtilization),
	}
	if output.AssumedRoleUser.AssumedRoleId == nil {
		output.AssumedRoleUser.AssumedRoleId = result.AssumedRoleUser.MisspelledID
	}
	if result.Credentials == nil {
		return output, nil
	}
	output.Credentials = &types.Credentials{
		AccessKeyId:     result.Credentials.AccessKeyID,
		SecretAccessKey: result.Credentials.SecretAccessKey,
		SessionToken:    result.Credentials.SessionToken,
	}
	expiration, err := instant(result.Credentials.Expiration)
	if err != nil {
		return nil, &AnswerError{Kind: AnswerBadTime}
	}
	output.Credentials.Expiration = expiration
	return output, nil
}

// size reads a number. Other servers send empty ones, and what doesn't fit into 32 bits is no size.
func size(text string) *int32 {
	number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil || number < 0 {
		return nil
	}
	read := int32(number)
	return &read
}

func instant(text string) (*time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil //nolint:nilnil // the server doesn't say when
	}
	read, err := smithytime.ParseDateTime(text)
	return &read, err
}

// wantsTLS is what Go's and nginx's servers answer to http at a port for https.
var wantsTLS = regexp.MustCompile(`(?i)HTTP request (?:was sent )?to (?:an )?HTTPS`)

// maxSniffed is how much of an answer is looked at for that, in bytes.
const maxSniffed = 1024

// mediaType is the type that an answer says it is of. Its parameters aren't shown.
func mediaType(contentType string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return secret.PlainWords(kind, nil)
}

func isHTML(contentType string, body []byte) bool {
	if kind, _, err := mime.ParseMediaType(
		contentType,
	); err == nil &&
		(kind == "text/html" || kind == "application/xhtml+xml") {
		return true
	}
	beginning := strings.ToLower(string(body[:min(len(body), len("<!doctype html"))]))
	return strings.HasPrefix(beginning, "<!doctype html") || strings.HasPrefix(beginning, "<html")
}

// read gives the local name of the root. It reports whether the document could be read, and is well-formed to its end.
func (d *document) read(body []byte) (root string, isWhole bool) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	err := decoder.Decode(d)
	for err == nil {
		_, err = decoder.Token()
	}
	return d.XMLName.Local, errors.Is(err, io.EOF) && d.XMLName.Local != ""
}
