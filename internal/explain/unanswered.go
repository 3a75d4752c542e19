package explain

import (
	"errors"
	"fmt"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// trouble is a kind of call that no STS answered.
type trouble struct {
	summary string
	causes  func(assumerole.Exchange) []string // likeliest first, each with its fix
}

// always are causes that don't depend on the exchange.
func always(causes ...string) func(assumerole.Exchange) []string {
	return func(assumerole.Exchange) []string { return causes }
}

// The causes that several kinds have.
const (
	proxyAnswers  = "A proxy or a login page of the network answers in its place: have the host allowed there, or leave the proxy out for it (no_proxy)."
	serverFailing = "The server isn't ready or fails, when the HTTP status is 500 or more: run again when it is up."
	noWayOut      = "This machine has no way to the Internet: in a private subnet, give it a VPC endpoint for STS with private DNS, or name a proxy (the provider's argument https_proxy)."
)

var redirectTrouble = trouble{"The STS endpoint redirects elsewhere", always(
	"The endpoint's URL isn't quite that of the STS: http in place of https, or an older name. Name the one that it redirects to, if that is an STS you trust.",
	proxyAnswers,
)}

var answerTroubles = map[assumerole.AnswerKind]trouble{
	assumerole.AnswerForeign: {"The endpoint isn't an STS", always(
		"The endpoint is another service's, S3's say. Name the STS: AWS's needs no endpoint at all, and other servers may have to have theirs switched on.",
		serverFailing, proxyAnswers,
	)},
	assumerole.AnswerHTML: {"The endpoint answers with a web page", always(
		"The endpoint is a web site's or a console's, such as MinIO's console beside its API. Name the API's host and port.",
		proxyAnswers, serverFailing,
	)},
	assumerole.AnswerEmpty: {"The endpoint's answer is empty", always(
		serverFailing,
		"The endpoint isn't an STS: a server that knows nothing of the call may answer with nothing. Name the STS.",
		proxyAnswers,
	)},
	assumerole.AnswerCutOff: {"The answer of STS breaks off", always(
		"The server or something before it was restarted half-way: run again.",
		"A proxy or firewall that reads along cuts the answer off, or changes it: have it let this host through untouched.",
	)},
	assumerole.AnswerTooLarge: {"The endpoint's answer is far too large", always(
		"The endpoint isn't an STS: it answers with a download or an endless stream. Name the STS.",
		proxyAnswers,
	)},
	assumerole.AnswerOtherProtocol: {"The endpoint speaks another protocol", always(
		"The endpoint is that of another service, which wants to go on with WebSocket or the like. Name the STS.",
		proxyAnswers,
	)},
	assumerole.AnswerNoCredentials: {"The answer of STS has no credentials", always(
		"The endpoint is of an STS, but doesn't know AssumeRoleWithWebIdentity, or answers another call in its place. See the server's documentation and log.",
		"A stand-in for tests answers with less than AWS does: have it give AccessKeyId, SecretAccessKey and SessionToken.",
	)},
	assumerole.AnswerBadTime: {"The answer of STS has an expiration that can't be read", always(
		"The server writes Expiration in a form of its own, where AWS has one such as 2026-01-31T12:00:00Z. Update the server, or report it to those who make it.",
	)},
	assumerole.AnswerExpired: {"The credentials from STS have already expired", always(
		"A clock is wrong, this machine's or the server's: set it.",
		"A proxy or a stand-in for tests gives an old answer again: have it pass each call on.",
	)},
}

var connectionTroubles = map[assumerole.ConnectionKind]trouble{
	assumerole.ConnectionNoName: {"The STS endpoint's name doesn't resolve", func(exchange assumerole.Exchange) []string {
		if exchange.Destination.Region == "" {
			return []string{
				"The endpoint's name has a slip: correct it.",
				"The name is known inside a certain network alone: run there, or through its VPN.",
				"This machine has no working DNS: look up another name on it.",
			}
		}
		causes := []string{"This machine has no working DNS: look up another name on it.", noWayOut}
		if region := exchange.Destination; region.RegionIsNamed() {
			return append([]string{fmt.Sprintf("There is no Region %s, from %s, or it has no endpoint of the kind that is asked for (FIPS, dual stack). Name one that has.",
				quoted(region.Region), region.RegionOrigin)}, causes...)
		}
		return causes
	}},
	assumerole.ConnectionRefused: {"Nothing listens at the STS endpoint", func(exchange assumerole.Exchange) []string {
		if exchange.Destination.AWS {
			return []string{"A firewall refuses connections to this host: have it allowed, port 443.", noWayOut}
		}
		return []string{
			"The server isn't running, or not yet: start it.",
			"The port is another one: compare it with the server's own settings.",
			"The server is on another machine than the name says: within a container, localhost is the container itself. Name the host.",
		}
	}},
	assumerole.ConnectionClosed: {"The connection to STS was cut", always(
		"The server or something before it was restarted: run again.",
		"A firewall or proxy between here and there cuts it: have this host allowed, or name the proxy (the provider's argument https_proxy).",
		"The server wants https where the endpoint says http: correct the endpoint.",
	)},
	assumerole.ConnectionCertificate: {"The STS endpoint's certificate isn't trusted", always(
		"It is signed by an authority of a company's own, that of a proxy that reads along, say: name a file with the authority's certificate (the provider's argument custom_ca_bundle, or AWS_CA_BUNDLE).",
		"It is for another name than the endpoint's, or has expired: name the host as the certificate has it, or have the certificate renewed.",
		"This machine's clock is wrong: set it.",
	)},
	assumerole.ConnectionNotTLS: {"The STS endpoint doesn't speak TLS", always(
		"The endpoint says https, and the server's port is one for http: name the port for https.",
		"The proxy's URL says https, and the proxy is one that is spoken to by http: correct the URL's scheme.",
	)},
	assumerole.ConnectionProxy: {"The proxy doesn't let the call to STS through", always(
		"The proxy forbids the host: have it allowed, port 443.",
		"The proxy wants a user and a password (HTTP status 407): put them into its URL, by a variable.",
		"It is the wrong proxy: the provider's arguments http_proxy, https_proxy and no_proxy win over the environment's HTTP_PROXY, HTTPS_PROXY and NO_PROXY.",
	)},
	assumerole.ConnectionOther: {"STS can't be reached", always(
		"A firewall between here and there forbids it: have the host allowed.",
		noWayOut,
		"A passing fault of the network: run again.",
	)},
}

var timeoutTrouble = trouble{"No credentials within the timeout", func(exchange assumerole.Exchange) []string {
	if !exchange.Sent {
		return []string{
			"What gives the token is slow or hangs: run again, or set timeout higher.",
			"The token is to come from a service that isn't there: this machine isn't one of that platform's, or a firewall keeps it from the service.",
		}
	}
	causes := []string{
		"A firewall between here and there drops the call without a word: have the host allowed.",
		"The server is overloaded, or takes longer than this: run again, or set timeout higher.",
	}
	if exchange.Destination.AWS {
		return append([]string{noWayOut}, causes...)
	}
	return append(causes, "The server waits for something else than a call: is it another service's port?")
}}

// unanswered explains a call that got no answer of STS.
func unanswered(exchange assumerole.Exchange, err error) Explanation {
	host := exchange.Destination.String()
	found, what := connectionTroubles[assumerole.ConnectionOther], fmt.Sprintf("The call to %s failed: %s", host, fullStop(secret.Scrub(err.Error())))
	if redirect, is := errors.AsType[*transport.RedirectError](err); is {
		found, what = redirectTrouble, fmt.Sprintf("%s answered with HTTP status %d, a redirect to %s. It isn't followed, since the token goes to the configured endpoint alone.",
			host, redirect.Status, quoted(redirect.Host))
	}
	if answer, is := errors.AsType[*assumerole.AnswerError](err); is {
		found, what = answerTroubles[answer.Kind], fmt.Sprintf("The answer of %s %s.", host, secret.Scrub(answer.Problem))
	}
	if connection, is := errors.AsType[*assumerole.ConnectionError](err); is {
		found = connectionTroubles[connection.Kind]
	}
	if timeout, is := errors.AsType[*assumerole.TimeoutError](err); is {
		found, what = timeoutTrouble, fmt.Sprintf("%s passed while %s.", inShort(timeout.Timeout), timeout.During)
	}
	return Explanation{Summary: found.summary, Detail: paragraphs(what, numberedList(found.causes(exchange)), asked(exchange))}
}
