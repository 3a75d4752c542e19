package explain

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// trouble is a kind of call that no STS answered.
type trouble struct {
	summary  string
	argument string
	causes   func(assumerole.Exchange, error) []string // likeliest first, each with its fix
}

// always are causes that don't depend on the exchange.
func always(causes ...string) func(assumerole.Exchange, error) []string {
	return func(assumerole.Exchange, error) []string { return causes }
}

// The causes that several kinds have.
const (
	proxyAnswers = "A proxy or a login page of the network answers in its place: have the host allowed there, or " +
		"leave the proxy out for it (no_proxy)."
	noWayOut = "This machine has no way to the Internet: in a private subnet, give it a VPC endpoint for STS " +
		"with private DNS, or name a proxy (the provider's argument https_proxy)."
	wrongProxy = "It is the wrong proxy: the provider's arguments http_proxy, https_proxy and no_proxy win over " +
		"the environment's HTTP_PROXY, HTTPS_PROXY and NO_PROXY."
	noDNS     = "This machine has no working DNS: look up another name on it."
	manyCalls = "Many jobs or many blocks ask at once: start them apart, lower Terraform's -parallelism, or use " +
		"one block's credentials in several places."
	wrongClock = "This machine's clock is wrong: set it."
)

// atAWSOrElsewhere tells AWS's own STS, which nothing but the network can keep from answering, from an endpoint that
// somebody named.
func atAWSOrElsewhere(elsewhere ...string) func(assumerole.Exchange, error) []string {
	return func(exchange assumerole.Exchange, _ error) []string {
		if exchange.Destination.AWS {
			return []string{proxyAnswers, "The name of the host leads to another machine, by this machine's own " +
				"settings or those of its DNS: correct them."}
		}
		return elsewhere
	}
}

var redirectTrouble = trouble{summary: "The STS endpoint redirects elsewhere", causes: atAWSOrElsewhere(
	"The endpoint's URL isn't quite that of the STS: http in place of https, or an older name. Name the one that it "+
		"redirects to, if that is an STS you trust.",
	proxyAnswers,
)}

// throttledTrouble is an answer that isn't one of STS, with the status that says why: 429.
var throttledTrouble = trouble{summary: "Too many calls at once", causes: always(
	"A gateway before the server got more calls than it takes at a time, and went on saying so until the retries "+
		"ended: run again later, or set timeout higher.",
	manyCalls,
)}

// failingTrouble is an answer that isn't one of STS, with a status that says why: 500 or more.
var failingTrouble = trouble{summary: "The STS endpoint fails", causes: always(
	"The server, or a load balancer before it, isn't ready or fails: run again when it is up.",
	"The endpoint isn't that of an STS. Name the STS.",
	proxyAnswers,
)}

var answerTroubles = map[assumerole.AnswerKind]trouble{
	assumerole.AnswerForeign: {summary: "The endpoint isn't an STS", causes: atAWSOrElsewhere(
		"The endpoint is another service's, S3's say. Name the STS: AWS's needs no endpoint at all, and other "+
			"servers may have to have theirs switched on.",
		proxyAnswers,
	)},
	assumerole.AnswerHTML: {summary: "The endpoint answers with a web page", causes: atAWSOrElsewhere(
		"The endpoint is a web site's or a console's, such as MinIO's console beside its API. Name the API's host "+
			"and port.",
		proxyAnswers,
	)},
	assumerole.AnswerEmpty: {summary: "The endpoint's answer is empty", causes: atAWSOrElsewhere(
		"The endpoint isn't an STS: a server that knows nothing of the call may answer with nothing. Name the STS.",
		proxyAnswers,
	)},
	assumerole.AnswerNoCode: {summary: "The server's error says nothing of use", causes: always(
		"The server refuses, and doesn't say by a code why. See its log.",
		"The endpoint is another service's that speaks like STS. Name the STS.",
	)},
	assumerole.AnswerWantsTLS: {summary: "The STS endpoint wants https", causes: always(
		"The endpoint says http, and the server's port is one for https: write https.",
	)},
	assumerole.AnswerCutOff: {summary: "The answer of STS breaks off", causes: always(
		"The server or something before it was restarted half-way: run again.",
		"A proxy or firewall that reads along cuts the answer off, or changes it: have it let this host through "+
			"untouched.",
	)},
	assumerole.AnswerTooLarge: {summary: "The endpoint's answer is far too large", causes: always(
		"The endpoint isn't an STS: it answers with a download or an endless stream. Name the STS.",
		proxyAnswers,
	)},
	assumerole.AnswerOtherProtocol: {summary: "The endpoint speaks another protocol", causes: always(
		"The endpoint is that of another service, which wants to go on with WebSocket or the like. Name the STS.",
		proxyAnswers,
	)},
	assumerole.AnswerNoCredentials: {summary: "The answer of STS has no credentials", causes: always(
		"The endpoint is of an STS, but doesn't know AssumeRoleWithWebIdentity, or answers another call in its "+
			"place. See the server's documentation and log.",
		"A stand-in for tests answers with less than AWS does: have it give AccessKeyId, SecretAccessKey and "+
			"SessionToken.",
	)},
	assumerole.AnswerBadTime: {summary: "The answer of STS has an expiration that can't be read", causes: always(
		"The server writes Expiration in a form of its own, where AWS has one such as 2026-01-31T12:00:00Z. Update " +
			"the server, or report it to those who make it.",
	)},
	assumerole.AnswerExpired: {summary: "The credentials from STS have already expired", causes: always(
		"A clock is wrong, this machine's or the server's: set it.",
		"A proxy or a stand-in for tests gives an old answer again: have it pass each call on.",
	)},
}

var connectionTroubles = map[assumerole.ConnectionKind]trouble{
	assumerole.ConnectionNoName: {
		summary: "The STS endpoint's name doesn't resolve",
		causes: func(exchange assumerole.Exchange, _ error) []string {
			switch region := exchange.Destination; {
			case region.RegionOrigin.IsSet():
				return []string{
					fmt.Sprintf("There is no Region %s, from %s, or it has no endpoint of the kind that is "+
						"asked for (FIPS, dual stack). Name one that has.", quoted(region.Region),
						originText(region.RegionOrigin, RegionArgument)),
					noDNS,
					noWayOut,
				}
			case region.Region != "":
				return []string{noDNS, noWayOut}
			}
			return []string{
				"The endpoint's name has a slip: correct it.",
				"The name is known inside a certain network alone: run there, or through its VPN.",
				noDNS,
			}
		},
	},
	assumerole.ConnectionRefused: {
		summary: "Nothing listens at the STS endpoint",
		causes: func(exchange assumerole.Exchange, _ error) []string {
			if exchange.Destination.AWS {
				return []string{"A firewall refuses connections to this host: have it allowed, port 443.", noWayOut}
			}
			return []string{
				"The server isn't running, or not yet: start it.",
				"The port is another one: compare it with the server's own settings.",
				"The server is on another machine than the name says: within a container, localhost is the container " +
					"itself. Name the host.",
			}
		},
	},
	assumerole.ConnectionClosed: {summary: "The connection to STS was cut", causes: always(
		"The server or something before it was restarted: run again.",
		"A firewall or proxy between here and there cuts it: have this host allowed, or name the proxy (the "+
			"provider's argument https_proxy).",
		"The server wants https where the endpoint says http: correct the endpoint.",
	)},
	assumerole.ConnectionCertificate: {
		summary: "The STS endpoint's certificate isn't trusted",
		causes:  certificateCauses,
	},
	assumerole.ConnectionNotTLS: {summary: "The STS endpoint doesn't speak TLS", causes: always(
		"The endpoint says https, and the server's port is one for plain http. Name the port for https; or write " +
			"http, where it is on this machine or on a network that you trust with the token.",
	)},
	assumerole.ConnectionOther: {
		summary: "STS can't be reached",
		causes: func(exchange assumerole.Exchange, _ error) []string {
			causes := []string{
				"A firewall between here and there forbids it: have the host allowed.",
				"A passing fault " +
					"of the network: run again.",
			}
			if exchange.Destination.AWS {
				causes = append(causes, noWayOut)
			}
			return causes
		},
	},
}

// certificateCauses goes by what is wrong with the certificate, if it is known.
func certificateCauses(_ assumerole.Exchange, err error) []string {
	const (
		authority = "It is signed by an authority of a company's own, that of a proxy that reads along, say: name a " +
			"file with the authority's certificate (the provider's argument custom_ca_bundle, or AWS_CA_BUNDLE)."
		name    = "It is for another name than the endpoint's: name the host as the certificate has it."
		expired = "It has expired, or isn't valid yet: have the certificate renewed."
	)
	connection, found := errors.AsType[*assumerole.ConnectionError](err)
	if !found {
		connection = &assumerole.ConnectionError{}
	}
	switch connection.Certificate {
	case assumerole.CertificateAuthority:
		return []string{authority}
	case assumerole.CertificateName:
		return []string{name, "Something else answers in its place, a proxy or a login page: have the host allowed " +
			"there."}
	case assumerole.CertificateExpired:
		return []string{expired, wrongClock}
	case assumerole.CertificateOther:
	}
	return []string{authority, name, expired, wrongClock}
}

// proxyTroubles are those of a connection to the proxy, by their kinds; others have the last of them.
var proxyTroubles = map[assumerole.ConnectionKind]trouble{
	assumerole.ConnectionDenied: {
		summary: "The proxy doesn't let the call to STS through",
		causes: func(_ assumerole.Exchange, err error) []string {
			const password = "The proxy wants a user and a password: put them into its URL, by a variable."
			if connection, is := errors.AsType[*assumerole.ConnectionError](
				err,
			); is &&
				connection.HTTPStatus == http.StatusProxyAuthRequired {
				return []string{password, wrongProxy}
			}
			if connection, is := errors.AsType[*assumerole.ConnectionError](
				err,
			); is &&
				connection.HTTPStatus >= http.StatusInternalServerError {
				return []string{
					"The proxy fails, or can't reach the host itself: run again, or see its log.",
					wrongProxy,
				}
			}
			return []string{"The proxy forbids the host: have it allowed, port 443.", wrongProxy}
		},
	},
	assumerole.ConnectionRefused: {summary: "The proxy can't be used", causes: always("Nothing listens at the "+
		"proxy's host and port: correct its URL, or start it.", wrongProxy)},
	assumerole.ConnectionNoName: {summary: "The proxy can't be used", causes: always("The proxy's name has a slip, "+
		"or is known inside another network alone: correct its URL.", wrongProxy, noDNS)},
	assumerole.ConnectionNotTLS: {summary: "The proxy can't be used", causes: always("The proxy's URL says https, "+
		"and the proxy is spoken to by http: write http. What is asked of STS goes through it by TLS all the same.",
		wrongProxy)},
	assumerole.ConnectionOther: {summary: "The proxy can't be used", causes: always("The proxy's URL is that of "+
		"another kind of server, or the proxy fails: correct it, or run again when it is up.", wrongProxy)},
}

// shortTimeout is one that only a user sets.
const shortTimeout = 10 * time.Second

var timeoutTrouble = trouble{
	summary: "No credentials within the timeout",
	causes: func(exchange assumerole.Exchange, err error) []string {
		var causes []string
		timeout, is := errors.AsType[*assumerole.TimeoutError](err)
		if is && timeout.Timeout < shortTimeout {
			causes = []string{"timeout is short: set it higher. Unless it is set, it is 1m."}
		}
		switch {
		case !exchange.Sent:
			return append(
				causes,
				"What gives the token is slow or hangs: run again, or set timeout higher.",
				"The token is to come from a service that isn't there: this machine isn't one of that platform's, or "+
					"a "+
					"firewall keeps it from the service.",
			)
		case exchange.Destination.AWS:
			return append(causes, noWayOut,
				"A firewall between here and there drops the call without a word: have the host allowed.",
				"The server is overloaded, or takes longer than this: run again, or set timeout higher.")
		}
		return append(causes,
			"A firewall between here and there drops the call without a word: have the host allowed.",
			"The server is overloaded, or takes longer than this: run again, or set timeout higher.",
			"The server waits for something else than a call: is it another service's port?")
	},
}

// unanswered explains a call that got no answer of STS.
func unanswered(exchange assumerole.Exchange, err error) Explanation {
	found, what := troubleOf(exchange, err)
	return Explanation{
		Argument: found.argument,
		Failure:  found.summary + what,
		said:     what,
		Summary:  found.summary,
		Detail: paragraphs(what, numberedList(found.causes(exchange, err)),
			facts(exchange, time.Now(), factsOfCall), more(found.summary)),
	}
}

// troubleOf finds the kind, and says in a sentence what happened.
func troubleOf(exchange assumerole.Exchange, err error) (found trouble, what string) {
	host := DestinationText(exchange.Destination)
	if redirect, is := errors.AsType[*transport.RedirectError](err); is {
		target := "elsewhere"
		if redirect.Host != "" {
			target = "to " + quoted(redirect.Host)
		}
		return redirectTrouble, fmt.Sprintf("%s answered with HTTP status %d, a redirect %s. It isn't followed, "+
			"since the token goes to the configured endpoint alone.",
			host, redirect.Status, target)
	}
	if answer, is := errors.AsType[*assumerole.AnswerError](err); is {
		what = fmt.Sprintf("The answer of %s %s.", host, secret.Scrub(answer.Problem))
		switch {
		case answer.HTTPStatus >= http.StatusInternalServerError:
			return failingTrouble, what
		case answer.HTTPStatus == http.StatusTooManyRequests:
			return throttledTrouble, what
		}
		return answerTroubles[answer.Kind], what
	}
	if timeout, is := errors.AsType[*assumerole.TimeoutError](err); is {
		found = timeoutTrouble
		if timeout.Timeout < shortTimeout {
			found.argument = timeoutArgument
		}
		return found, fmt.Sprintf("%s passed while %s.", inShort(timeout.Timeout), stageText(exchange, timeout.During))
	}
	what = fmt.Sprintf("The call to %s failed: %s", host, fullStop(secret.Scrub(err.Error())))
	connection, is := errors.AsType[*assumerole.ConnectionError](err)
	switch {
	case !is:
		return connectionTroubles[assumerole.ConnectionOther], what
	case !connection.OfProxy:
		return connectionTroubles[connection.Kind], what
	}
	found, known := proxyTroubles[connection.Kind]
	if !known {
		found = proxyTroubles[assumerole.ConnectionOther]
	}
	return found, what
}
