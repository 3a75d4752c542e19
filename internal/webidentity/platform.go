package webidentity

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// Platform is a platform that gives a token on request. Everything about it is in one value, in a file of its own.
// Platforms registers it.
type Platform struct {
	Name        string     // of its object in the configuration
	Description string     // of its object, in Markdown
	Arguments   []Argument // of its object

	title   string                                 // the name that its users know, to begin a sentence with
	inquiry func(PlatformRequest) (inquiry, error) // makes the request
	token   func(body []byte) (string, bool)       // finds the token in an answer
	form    string                                 // describes an answer with a token
	message []string                               // members of a failure's JSON that can be shown
	hints   map[int]string                         // what a status says about the platform's settings
	phrases []phrase                               // what a message says about them, which is more
	absent  string                                 // what it means if nothing answers
	proof   func(answer http.Header) bool          // reports whether the platform has answered; nil: unknown
	passing map[int]int                            // other statuses than 429 and 5xx that might pass, and the attempts
}

// phrase is a part of a platform's answer, which isn't shown, and what to do about it.
type phrase struct{ part, hint string }

// Request asks the platform for a token, with the values of its arguments.
func (p Platform) Request(by Requester, values Values) PlatformRequest {
	return PlatformRequest{Requester: by, Platform: p, Values: values}
}

// Audience is the argument that says for whom the token is. It reports whether there is one.
func (p Platform) Audience() (argument Argument, found bool) {
	for _, argument := range p.Arguments {
		if argument.IsAudience {
			return argument, true
		}
	}
	return Argument{}, false
}

// serviceAbsent is what it means that a service which a job's variables name doesn't answer.
const serviceAbsent = " A firewall or a proxy might block the platform. Allow the host, or add it to no_proxy. If " +
	"the " +
	"variables are from another job, run this job again."

// wrong is an error at one attribute of the platform's object.
func (p Platform) wrong(attribute, detail string) error {
	return &Error{
		Platform: p.Name, Attribute: attribute,
		Summary: "The request for a web identity token isn't valid", Detail: detail,
	}
}

// unavailable is an error for a place where the platform can't be asked.
func (p Platform) unavailable(format string, arguments ...any) error {
	return &Error{
		Platform: p.Name,
		Summary:  "No web identity token from " + p.title, Detail: fmt.Sprintf(format, arguments...),
	}
}

// failed is an error of a platform that was asked.
func (p Platform) failed(format string, arguments ...any) *Error {
	return &Error{
		Platform: p.Name,
		Summary:  "No web identity token from " + p.title, Detail: p.title + " " + fmt.Sprintf(format, arguments...),
	}
}

// bearerURL reads the URL that a variable holds, and which a bearer will be sent to: by https, or on this machine.
// Link-local addresses, one hop away at most, only where the platform lives there. Its error is an *Error that doesn't
// repeat the value.
func (p Platform) bearerURL(variable, value string, linkLocal bool) (*url.URL, error) {
	address, err := url.Parse(value)
	switch {
	case err != nil, address.Host == "", address.Opaque != "":
		return nil, p.unavailable("The environment variable %s isn't a URL. The platform sets it. Don't "+
			"change it.", variable)
	case address.User != nil:
		return nil, p.unavailable("The environment variable %s is a URL with a user, which no platform sets. Nothing "+
			"was sent there.", variable)
	case address.Scheme == "https":
	case address.Scheme == "http" && (transport.IsLoopback(address) || linkLocal && isLinkLocal(address)):
	default:
		return nil, p.unavailable("The environment variable %s is a URL without https. Nothing was sent there, "+
			"because "+
			"the job's credential would cross the network in plaintext.", variable)
	}
	address.Fragment, address.RawFragment = "", ""
	return address, nil
}

func isLinkLocal(address *url.URL) bool {
	ip := net.ParseIP(address.Hostname())
	return ip != nil && ip.IsLinkLocalUnicast()
}

// setQuery adds a parameter to a URL. It replaces parameters of the same name. The rest of the query stays as the
// platform wrote it, byte for byte.
func setQuery(address *url.URL, name, value string) {
	var kept []string
	for pair := range strings.SplitSeq(address.RawQuery, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if unescaped, err := url.QueryUnescape(key); pair != "" && (err != nil || unescaped != name) {
			kept = append(kept, pair)
		}
	}
	address.RawQuery = strings.Join(append(kept, name+"="+url.QueryEscape(value)), "&")
}

var pathSegment = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@:+-]*$`)

// isPathSegment reports whether text stays one segment of a path, and can't lead to another one.
func isPathSegment(text string) bool { return pathSegment.MatchString(text) }
