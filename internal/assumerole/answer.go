package assumerole

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
)

// normalizer brings answers of servers that aren't AWS's into the form that the SDK reads. It sits below the SDK, which
// would take an error without its wrapper for an unknown one, and an empty number for a broken answer.
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
	body = normalize(body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	response.ContentLength = int64(len(body))
	return response, nil
}

var (
	// bareError is an error whose root isn't an ErrorResponse: Ceph's.
	bareError = regexp.MustCompile(`(?s)^\s*(?:<\?xml[^>]*\?>)?\s*(<Error>.*</Error>)\s*$`)
	// requestID is where such an error has it: inside, where the SDK doesn't look.
	requestID = regexp.MustCompile(`<RequestId>[^<]*</RequestId>`)
	// emptyNumber is an element that is there and says nothing. The SDK takes an empty text for one, but no empty number.
	emptyNumber = regexp.MustCompile(`<(?:PackedPolicySize|SessionTokenSize|SessionTokenUtilization|Expiration)\s*(?:/>|>\s*</(?:PackedPolicySize|SessionTokenSize|SessionTokenUtilization|Expiration)>)`)
)

func normalize(body []byte) []byte {
	if match := bareError.FindSubmatch(body); match != nil {
		return bytes.Join([][]byte{[]byte("<ErrorResponse>"), match[1], requestID.Find(match[1]), []byte("</ErrorResponse>")}, nil)
	}
	return emptyNumber.ReplaceAll(body, nil)
}
