package assumerole

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"

	smithytime "github.com/aws/smithy-go/time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// normalizer reads answers before the SDK does. What isn't an answer of STS ends here, told by its kind: the SDK's own error
// would name an XML node. Answers of servers that aren't AWS's are brought into the form that the SDK reads: it would take an
// error without its wrapper for an unknown one, and an empty number for a broken answer.
type normalizer struct {
	base http.RoundTripper
}

// RoundTrip reads the whole of the answer, which transport has bounded.
func (n normalizer) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := n.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	body, isError, problem := normalize(response.Header.Get("Content-Type"), body)
	if problem != nil {
		problem.HTTPStatus = response.StatusCode
		problem.Problem = fmt.Sprintf("(HTTP status %d) %s", response.StatusCode, problem.Problem)
		return nil, problem
	}
	if response.StatusCode < http.StatusMultipleChoices && isError {
		response.StatusCode = http.StatusBadRequest // the SDK would look for credentials in it
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	response.ContentLength = int64(len(body))
	return response, nil
}

// The elements that an answer of STS is in, by their local names.
const (
	resultRoot    = "AssumeRoleWithWebIdentityResponse"
	errorRoot     = "ErrorResponse"
	bareErrorRoot = "Error" // Ceph's
)

var (
	// requestID is where a bare error has it: inside, where the SDK doesn't look.
	requestID = regexp.MustCompile(`<RequestId>[^<]*</RequestId>`)
	// number is an element that the SDK takes for a number, or for a time. It takes an empty text for one, but no empty number,
	// and cuts off what doesn't fit into 32 bits.
	number = regexp.MustCompile(`<((?:\w+:)?(?:PackedPolicySize|SessionTokenSize|SessionTokenUtilization|Expiration))\b[^<>]*?(?:/>|>([^<>]*)</[^<>]*>)`)
	size   = regexp.MustCompile(`^\d{1,9}$`)
	// misspelled is how MinIO and Ceph call AssumedRoleId.
	misspelled = regexp.MustCompile(`<(/?)AssumeRoleId\b`)
)

// normalize gives the answer in the form that the SDK reads, and tells whether it is an error of STS, or says why it isn't one
// of STS at all.
func normalize(contentType string, body []byte) (normal []byte, isError bool, problem *AnswerError) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	root, start, complete := rootElement(body)
	isOfSTS := root == resultRoot || root == errorRoot || root == bareErrorRoot
	switch {
	case len(body) == 0:
		return nil, false, &AnswerError{Kind: AnswerEmpty, Problem: "is empty, so it isn't one of STS"}
	case !isOfSTS && wantsTLS.Match(body[:min(len(body), maxSniffed)]):
		return nil, false, &AnswerError{Kind: AnswerWantsTLS, Problem: "says that the server wants https"}
	case !isOfSTS && isHTML(contentType, body):
		return nil, false, &AnswerError{Kind: AnswerHTML, Problem: "is a page of HTML, so it isn't one of STS"}
	case !isOfSTS:
		return nil, false, &AnswerError{Kind: AnswerForeign, Problem: "isn't one of STS" + ofType(contentType)}
	case !complete:
		return nil, false, &AnswerError{Kind: AnswerCutOff, Problem: "begins as one of STS, but breaks off or is garbled"}
	case root == bareErrorRoot:
		return bytes.Join([][]byte{[]byte("<ErrorResponse>"), body[start:], requestID.Find(body[start:]), []byte("</ErrorResponse>")}, nil), true, nil
	case root == errorRoot:
		return body, true, nil
	}
	body = number.ReplaceAllFunc(misspelled.ReplaceAll(body, []byte("<${1}AssumedRoleId")), func(element []byte) []byte {
		match := number.FindSubmatch(element)
		name, value := string(match[1]), strings.TrimSpace(string(match[2]))
		isTime := strings.HasSuffix(name, "Expiration")
		if value == "" || !isTime && !size.MatchString(value) {
			return nil
		}
		if _, err := smithytime.ParseDateTime(value); err != nil && isTime {
			problem = &AnswerError{Kind: AnswerBadTime, Problem: "has an expiration that isn't a time in the form of RFC 3339"}
		}
		return []byte("<" + name + ">" + value + "</" + name + ">")
	})
	return body, false, problem
}

// wantsTLS is what Go's and nginx's servers answer to http at a port for https.
var wantsTLS = regexp.MustCompile(`(?i)HTTP request (?:was sent )?to (?:an )?HTTPS`)

// maxSniffed is how much of an answer is looked at for that, in bytes.
const maxSniffed = 1024

// ofType names the type that a foreign answer says it is of: more of it isn't for anybody to see.
func ofType(contentType string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return ", but of type " + secret.PlainWords(kind, nil)
}

func isHTML(contentType string, body []byte) bool {
	if kind, _, err := mime.ParseMediaType(contentType); err == nil && (kind == "text/html" || kind == "application/xhtml+xml") {
		return true
	}
	beginning := strings.ToLower(string(body[:min(len(body), len("<!doctype html"))]))
	return strings.HasPrefix(beginning, "<!doctype html") || strings.HasPrefix(beginning, "<html")
}

// rootElement gives the local name of a document's root and where it begins, and tells whether the document is well-formed
// to its end.
func rootElement(body []byte) (name string, start int64, complete bool) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for {
		before := decoder.InputOffset()
		token, err := decoder.Token()
		if err != nil {
			return name, start, errors.Is(err, io.EOF)
		}
		if element, is := token.(xml.StartElement); is && name == "" {
			name, start = element.Name.Local, before
		}
	}
}
