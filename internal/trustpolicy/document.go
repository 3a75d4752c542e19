package trustpolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// member is a member of a JSON object. An object is a []member, in the order of the document.
type member struct {
	name  string
	value any
}

// maxDepth is the limit for arrays and objects in each other. A trust policy has six.
const maxDepth = 16

// decodeDocument reads JSON. Unlike json.Unmarshal, it keeps the order of members and refuses a name that is there
// twice, because one of the two would have no effect.
func decodeDocument(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	value, err := decodeValue(decoder, 0)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("the JSON ends too early")
	case err != nil:
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is text after the end of the JSON object")
	}
	return value, nil
}

func decodeValue(decoder *json.Decoder, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	delimiter, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth++; depth > maxDepth {
		return nil, errors.New("the JSON is nested too deeply")
	}
	if delimiter == '{' {
		return decodeMembers(decoder, depth)
	}
	list := []any{}
	for decoder.More() {
		element, err := decodeValue(decoder, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, element)
	}
	_, err = decoder.Token()
	return list, err
}

func decodeMembers(decoder *json.Decoder, depth int) (any, error) {
	object := []member{}
	names := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if names[name] {
			return nil, fmt.Errorf("%q appears twice in one JSON object", name)
		}
		names[name] = true
		value, err := decodeValue(decoder, depth)
		if err != nil {
			return nil, err
		}
		object = append(object, member{name, value})
	}
	_, err := decoder.Token()
	return object, err
}
