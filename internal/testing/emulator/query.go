package emulator

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request to STS, read and decoded.
type call struct {
	request   *http.Request
	body      []byte
	form      url.Values
	formError error
	now       time.Time
	requestID string
}

const (
	actionAssumeRole                = "AssumeRole"
	actionAssumeRoleWithWebIdentity = "AssumeRoleWithWebIdentity"
	actionGetCallerIdentity         = "GetCallerIdentity"
)

// action is an operation of the API: what it takes, and who answers it.
type action struct {
	parameters []string
	answer     func(*Server, *call) (any, *refusal)
}

func actions() map[string]action {
	return map[string]action{
		actionAssumeRole: {
			// The model also has TokenCode, SerialNumber, and ProvidedContexts. The provider doesn't send them.
			parameters: []string{
				"RoleArn", "RoleSessionName", "ExternalId", "SourceIdentity", "Tags", "TransitiveTagKeys", "PolicyArns",
				"Policy", "DurationSeconds", "MinimumSessionTokenSize",
			},
			answer: (*Server).assumeRole,
		},
		actionAssumeRoleWithWebIdentity: {
			parameters: []string{
				"RoleArn", "RoleSessionName", "WebIdentityToken", "ProviderId", "PolicyArns", "Policy",
				"DurationSeconds", "MinimumSessionTokenSize",
			},
			answer: (*Server).assumeRoleWithWebIdentity,
		},
		actionGetCallerIdentity: {answer: (*Server).getCallerIdentity},
	}
}

func (s *Server) serveSTS(w http.ResponseWriter, r *http.Request) {
	c := &call{request: r, now: s.clock(), requestID: newRequestID()}
	if c.body, c.formError = readBody(r); c.formError == nil {
		c.form, c.formError = url.ParseQuery(string(c.body))
	}
	answer := s.record(w, c)
	defer answer.finish()

	s.mu.Lock()
	intercept := s.intercept
	s.mu.Unlock()
	if intercept != nil && intercept(answer, r) {
		answer.defaultStatus()
		return
	}
	document, refused := s.answer(c)
	if refused != nil {
		writeRefusal(answer, c.requestID, refused)
		return
	}
	writeXML(answer, http.StatusOK, c.requestID, document)
}

func (s *Server) answer(c *call) (any, *refusal) {
	if refused := s.checkHTTP(c); refused != nil {
		return nil, refused
	}
	name := c.form.Get("Action")
	if name == "" {
		s.reportUnexpected("the request has no Action parameter")
		return nil, badRequest("MissingAction", "The request is missing an action or a required parameter.")
	}
	operation, ok := actions()[name]
	if version := c.form.Get("Version"); !ok || version != apiVersion {
		if version == "" {
			version = "NO_VERSION_SPECIFIED"
		}
		s.reportUnexpected("Action %q of Version %q: want %s of Version %s", name, version,
			strings.Join(slices.Sorted(maps.Keys(actions())), " or "), apiVersion)
		return nil, badRequest("InvalidAction", "Could not find operation %s for version %s", name, version)
	}
	if refused := s.checkParameterNames(c, operation); refused != nil {
		return nil, refused
	}
	return operation.answer(s, c)
}

// unknownOperation is what STS answers when it can't tell which operation a
// request is for: another path, method or content type.
func unknownOperation() *refusal {
	return refuse(http.StatusNotFound, "UnknownOperationException", "The requested operation is unknown.")
}

// checkHTTP checks what can be checked before the parameters are looked at.
func (s *Server) checkHTTP(c *call) *refusal {
	r := c.request
	if r.URL.Path != "/" {
		s.reportUnexpected("path %q: want /", r.URL.Path)
		return unknownOperation()
	}
	if r.URL.RawQuery != "" {
		names := slices.Sorted(maps.Keys(r.URL.Query()))
		s.reportUnexpected("the URL has the parameters %q: want them in the body, for a URL ends in logs", names)
		return badRequest("InvalidQueryParameter", "The AWS query string is malformed or does not adhere to AWS "+
			"standards.")
	}
	if r.Method != http.MethodPost {
		s.reportUnexpected("method %s: want POST", r.Method)
		return unknownOperation()
	}
	contentType := r.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/x-www-form-urlencoded" {
		s.reportUnexpected("content type %q: want application/x-www-form-urlencoded", contentType)
		return unknownOperation()
	}
	if errors.Is(c.formError, errBodyTooLarge) {
		s.reportUnexpected("%v", c.formError)
		return refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request is too large.")
	}
	if c.formError != nil {
		// url.ParseQuery's error quotes what it couldn't read: a piece of the body.
		s.reportUnexpected("the body isn't a well-formed form")
		return refuse(http.StatusNotFound, "MalformedQueryString", "The query string contains a syntax error.")
	}
	return nil
}

// lists are the parameters that are lists, with the ends of the names of each member.
func lists() map[string][]string {
	return map[string][]string{"PolicyArns": {".arn"}, "Tags": {".Key", ".Value"}, "TransitiveTagKeys": {""}}
}

var memberParameter = regexp.MustCompile(`^(\w+)\.member\.([1-9][0-9]*)(|\.\w+)$`)

// listOf is the list that has a member of the name, or empty. Members are numbered from 1, without a gap.
func listOf(form url.Values, name string) string {
	match := memberParameter.FindStringSubmatch(name)
	if len(match) == 0 || !slices.Contains(lists()[match[1]], match[3]) {
		return ""
	}
	number, err := strconv.Atoi(match[2])
	if err != nil || number > 1 && !form.Has(fmt.Sprintf("%s.member.%d%s", match[1], number-1, match[3])) {
		return ""
	}
	return match[1]
}

// checkParameterNames refuses parameters that the action doesn't take, and those
// that come twice. The refusal's wording isn't AWS's.
func (s *Server) checkParameterNames(c *call, operation action) *refusal {
	var unknown, repeated []string
	for _, name := range slices.Sorted(maps.Keys(c.form)) {
		parameter := name
		if list := listOf(c.form, name); list != "" {
			parameter = list
		}
		// An empty list is sent as the bare name: a value there means that a list
		// was sent as if it were a string.
		bareList := lists()[name] != nil && c.form.Get(name) != ""
		if name != "Action" && name != "Version" && (bareList || !slices.Contains(operation.parameters, parameter)) {
			unknown = append(unknown, name)
		}
		if len(c.form[name]) > 1 {
			repeated = append(repeated, name)
		}
	}
	if unknown != nil {
		s.reportUnexpected("%s has the parameters %q: want none but %s", c.form.Get("Action"), unknown,
			strings.Join(operation.parameters, ", "))
		return badRequest(
			"InvalidQueryParameter",
			"The request has unknown parameters: %s",
			strings.Join(unknown, ", "),
		)
	}
	if repeated != nil {
		s.reportUnexpected("%s has the parameters %q more than once", c.form.Get("Action"), repeated)
		return badRequest(
			"InvalidQueryParameter",
			"The request has repeated parameters: %s",
			strings.Join(repeated, ", "),
		)
	}
	return nil
}
