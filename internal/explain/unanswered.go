package explain

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
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
	proxyAnswers = "A proxy or a login page of the network might answer instead. Allow the host there, or exclude it " +
		"from the proxy (no_proxy)."
	noWayOut = "This machine might have no route to the internet. In a private subnet, create a VPC endpoint for STS " +
		"with private DNS, or set the provider's argument https_proxy."
	noDNS     = "DNS might not work on this machine. Look up another name on it."
	manyCalls = "Many jobs or blocks might call at once. Start them at different times, lower Terraform's " +
		"-parallelism, or share one block's credentials."
	wrongClock = "This machine's clock might be wrong. Synchronize it."
	firewall   = "A firewall might block the host. Allow it."
	notSTSHere = "The endpoint might be that of another service. Set endpoint to the URL of the STS."
)

// needsNetwork reports whether a cause can't be that of an endpoint on this machine.
func needsNetwork(cause string) bool {
	return slices.Contains([]string{proxyAnswers, firewall, noWayOut, noDNS}, cause)
}

// atAWSOrElsewhere distinguishes AWS's own STS, for which only the network can be the cause, from an endpoint that
// somebody named.
func atAWSOrElsewhere(elsewhere ...string) func(assumerole.Exchange, error) []string {
	return func(exchange assumerole.Exchange, _ error) []string {
		if exchange.Destination.AWS {
			return []string{proxyAnswers, "The host's name might lead to another machine. Check this machine's hosts " +
				"file and DNS."}
		}
		return elsewhere
	}
}

var redirectTrouble = trouble{summary: "The STS endpoint redirects elsewhere", causes: atAWSOrElsewhere(
	"The endpoint's URL might not be exactly that of the STS, for example http instead of https. If you trust the "+
		"target, set endpoint to it.",
	proxyAnswers,
)}

// throttledTrouble is an answer that isn't one of STS, with the status that says why: 429.
var throttledTrouble = trouble{summary: "The endpoint throttled the calls", causes: always(
	"A gateway in front of the server rejected too many calls. Run again later, or set timeout to a longer time.",
	manyCalls,
)}

// failingTrouble is an answer that isn't one of STS, with a status that says why: 500 or more.
var failingTrouble = trouble{summary: "The STS endpoint fails", causes: always(
	"The server, or a load balancer in front of it, might not be ready. Run again when it is up.",
	notSTSHere,
	proxyAnswers,
)}

var noCredentialsTrouble = trouble{summary: "The answer of STS has no credentials", causes: always(
	"The server might not support the call. See the server's documentation and log.",
	"A stand-in for tests might return less than AWS does. Return AccessKeyId, SecretAccessKey, and SessionToken.",
)}

var answerTroubles = map[assumerole.AnswerKind]trouble{
	assumerole.AnswerForeign: {summary: "The endpoint isn't an STS", causes: atAWSOrElsewhere(
		"The endpoint might be that of another service, such as S3. Set endpoint to the URL of the STS, or remove it "+
			"for AWS.",
		"The server's STS might be disabled. Enable it on the server.",
		proxyAnswers,
	)},
	assumerole.AnswerHTML: {summary: "The endpoint answers with a web page", causes: atAWSOrElsewhere(
		"The endpoint might be a website or a console, such as MinIO's console. Set endpoint to the host and port of "+
			"the API.",
		proxyAnswers,
	)},
	assumerole.AnswerEmpty: {summary: "The endpoint's answer is empty", causes: atAWSOrElsewhere(
		"The endpoint might not be an STS. A server that doesn't know the call might answer with nothing. Set "+
			"endpoint to the URL of the STS.",
		proxyAnswers,
	)},
	assumerole.AnswerNoCode: {summary: "The server's error has no code", causes: always(
		"The server rejected the call and returned no code. See its log.",
		"The endpoint might be that of another service with a similar protocol. Set endpoint to the URL of the STS.",
	)},
	assumerole.AnswerWantsTLS: {summary: "The STS endpoint requires https", causes: always(
		"The endpoint has http, but the server's port is for https. Write https in the endpoint.",
	)},
	assumerole.AnswerCutOff: {summary: "The answer of STS is incomplete", causes: always(
		"The server, or something in front of it, might have restarted. Run again.",
		"A proxy or a firewall that inspects traffic might change the answer. Exclude this host from the inspection.",
	)},
	assumerole.AnswerTooLarge: {summary: "The endpoint's answer is too large", causes: always(
		"The endpoint might not be an STS. It answers with a download or an endless stream. Set endpoint to the URL "+
			"of the STS.",
		proxyAnswers,
	)},
	assumerole.AnswerOtherProtocol: {summary: "The endpoint speaks another protocol", causes: always(
		"The endpoint might be that of another service, such as one with WebSocket. Set endpoint to the URL of the "+
			"STS.",
		proxyAnswers,
	)},
	assumerole.AnswerNoCredentials:      noCredentialsTrouble,
	assumerole.AnswerPartialCredentials: noCredentialsTrouble,
	assumerole.AnswerBadTime: {summary: "The answer of STS has an invalid expiration", causes: always(
		"The server writes Expiration in its own form. AWS's form is 2026-01-31T12:00:00Z. Update the server, or " +
			"report it to its developers.",
	)},
	assumerole.AnswerExpired: {summary: "The credentials from STS have already expired", causes: always(
		"A clock might be wrong. Check the clocks of this machine and the server.",
		"A proxy or a stand-in for tests might repeat an old answer. Let it pass on each call.",
	)},
}

var connectionTroubles = map[assumerole.ConnectionKind]trouble{
	assumerole.ConnectionNoName: {summary: "The STS endpoint's name doesn't resolve", causes: nameCauses},
	assumerole.ConnectionRefused: {
		summary: "Nothing listens at the STS endpoint",
		causes: func(exchange assumerole.Exchange, _ error) []string {
			if exchange.Destination.AWS {
				return []string{"A firewall might reject connections to this host. Allow port 443.", noWayOut}
			}
			return []string{
				"The server might not be running. Start it.",
				"The port might be wrong. Compare it with the server's settings.",
				"The server might be on another machine. In a container, localhost is the container itself. Set " +
					"endpoint to the server's host.",
			}
		},
	},
	assumerole.ConnectionClosed: {summary: "The connection to STS was closed", causes: always(
		"The server, or something in front of it, might have restarted. Run again.",
		"A firewall or a proxy might close it. Allow this host, or set the provider's argument https_proxy.",
		"The server might require https. Check the scheme of the endpoint.",
	)},
	assumerole.ConnectionCertificate: {
		summary: "The STS endpoint's certificate isn't trusted",
		causes:  certificateCauses,
	},
	assumerole.ConnectionNotTLS: {summary: "The STS endpoint doesn't speak TLS", causes: always(
		"The endpoint has https, but the server's port is for plain http. Use the port for https. Write http only on " +
			"this machine, or on a network that you trust with the token.",
	)},
	assumerole.ConnectionOther: {
		summary: "STS can't be reached",
		causes: func(exchange assumerole.Exchange, _ error) []string {
			causes := []string{firewall, "The network might have a temporary failure. Run again."}
			if exchange.Destination.AWS {
				causes = append(causes, noWayOut)
			}
			return causes
		},
	},
}

// nameCauses are the causes that the endpoint's name doesn't resolve.
func nameCauses(exchange assumerole.Exchange, _ error) []string {
	switch region := exchange.Destination; {
	case region.RegionOrigin.IsSet():
		cause := fmt.Sprintf("AWS might have no Region %s, which comes from %s, or no endpoint of this kind (FIPS, "+
			"dual stack) there. Correct the Region.", quoted(region.Region), originText(region.RegionOrigin,
			RegionArgument))
		if typo := regionTypo(region); typo != "" {
			cause = typo
		}
		return []string{cause, noDNS, noWayOut}
	case region.Region != "":
		return []string{noDNS, noWayOut}
	}
	return []string{
		"The endpoint's name might have a typo. Correct it.",
		"The name might be known only inside a certain network. Run there, or use its VPN.",
		noDNS,
	}
}

// regionTypo is the cause that the Region is a typo. It is empty if the Region isn't close to a known one.
func regionTypo(destination assumerole.Destination) string {
	near := nearestRegion(destination.Region)
	if near == "" || !destination.RegionOrigin.IsSet() {
		return ""
	}
	return fmt.Sprintf("The Region %s, which comes from %s, might be a typo of %s. Correct it.",
		quoted(destination.Region), originText(destination.RegionOrigin, RegionArgument), near)
}

// certificateCauses depend on what is wrong with the certificate, if it is known.
func certificateCauses(exchange assumerole.Exchange, err error) []string {
	const (
		name    = "It is for another name than the endpoint's. Set endpoint to a name in the certificate."
		expired = "It has expired, or isn't valid yet. Renew the certificate on the server."
	)
	connection, ok := errors.AsType[*assumerole.ConnectionError](err)
	if !ok {
		connection = &assumerole.ConnectionError{}
	}
	switch connection.Certificate {
	case assumerole.CertificateAuthority:
		return []string{unknownAuthority(exchange.Destination.CABundle)}
	case assumerole.CertificateName:
		if !exchange.Destination.EndpointOrigin.IsSet() {
			return []string{proxyAnswers, "The host's name might lead to another machine. Check this machine's hosts " +
				"file and DNS."}
		}
		return []string{name, proxyAnswers}
	case assumerole.CertificateExpired:
		return []string{expired, wrongClock}
	case assumerole.CertificateOther:
	}
	return []string{unknownAuthority(exchange.Destination.CABundle), name, expired, wrongClock}
}

// unknownAuthority depends on the bundle that is in use.
func unknownAuthority(bundle assumerole.CABundle) string {
	if bundle.Path == "" {
		return "A company's own authority might have signed it. Only if it is your company's, set custom_ca_bundle " +
			"to a bundle with its certificate."
	}
	return fmt.Sprintf("The CA bundle %s (from %s) replaces the system's own and lacks the authority that signed it. "+
		"If that is a public authority, remove the bundle. Only if it is your company's, add its certificate to the "+
		"bundle.", bundle.Path, originText(bundle.Origin, CustomCABundleArgument))
}

// proxyTroubles are those of a connection to the proxy, by their kinds. Others have the last of them.
var proxyTroubles = map[assumerole.ConnectionKind]trouble{
	assumerole.ConnectionDenied: {summary: "The proxy doesn't let the call to STS through", causes: proxyDenial},
	assumerole.ConnectionRefused: {summary: "The proxy can't be used", causes: ofProxy(
		"Nothing listens at the proxy's host and port. Correct the proxy's URL, or start the proxy.")},
	assumerole.ConnectionNoName: {summary: "The proxy can't be used", causes: ofProxy(
		"The proxy's name might have a typo, or might be known only inside another network. Correct the proxy's URL.",
		noDNS)},
	assumerole.ConnectionNotTLS: {summary: "The proxy can't be used", causes: ofProxy(
		"The proxy's URL has https, but the proxy speaks plain http. Write http in the proxy's URL. The call to STS " +
			"is encrypted all the same.")},
	assumerole.ConnectionOther: {summary: "The proxy can't be used", causes: ofProxy(
		"The proxy might not respond, or its URL might be that of another server. Check the proxy's URL, or run " +
			"again when the proxy is up.")},
}

// ofProxy are causes of a failed connection to the proxy. The first one is the likeliest.
func ofProxy(first string, further ...string) func(assumerole.Exchange, error) []string {
	return func(exchange assumerole.Exchange, _ error) []string {
		return slices.Concat([]string{first, wrongProxy(exchange.Destination)}, further)
	}
}

// wrongProxy says where the proxy comes from and how to call without it.
func wrongProxy(destination assumerole.Destination) string {
	if destination.Proxy.Host == "" {
		return "It might be the wrong proxy. The provider's arguments http_proxy, https_proxy, and no_proxy override " +
			"HTTP_PROXY, HTTPS_PROXY, and NO_PROXY."
	}
	argument := arguments[destination.Proxy.Parameter]
	return fmt.Sprintf("It might be the wrong proxy. It comes from %s. Correct it there, or exclude the host with "+
		"the provider's argument no_proxy.", originText(destination.Proxy.Origin, argument))
}

func proxyDenial(exchange assumerole.Exchange, err error) []string {
	if cause := regionTypo(exchange.Destination); cause != "" {
		return []string{cause, wrongProxy(exchange.Destination)}
	}
	status := 0
	if connection, ok := errors.AsType[*assumerole.ConnectionError](err); ok {
		status = connection.HTTPStatus
	}
	switch {
	case status == http.StatusProxyAuthRequired:
		return []string{
			"The proxy requires a user and a password. Add them to its URL (http://USER:PASSWORD@HOST:PORT). Keep " +
				"the " +
				"password in a variable.",
			wrongProxy(exchange.Destination),
		}
	case status >= http.StatusInternalServerError:
		return []string{
			"The proxy fails, or can't reach the host itself. Run again, or see its log.",
			wrongProxy(exchange.Destination),
		}
	}
	return []string{"The proxy denies the host. Allow it there, with port 443.", wrongProxy(exchange.Destination)}
}

// shortTimeout is one that only a user sets.
const shortTimeout = 10 * time.Second

var timeoutTrouble = trouble{summary: "No credentials within the timeout", causes: timeoutCauses}

func timeoutCauses(exchange assumerole.Exchange, err error) []string {
	var causes []string
	if timeout, ok := errors.AsType[*assumerole.TimeoutError](err); ok && timeout.Timeout < shortTimeout {
		causes = []string{"The timeout is short. Set timeout to a longer time. The default is 1m."}
	}
	const (
		silentFirewall = "A firewall or a proxy might silently drop the traffic. Allow the host."
		slowServer     = "The server might be slow. Run again, or set timeout to a longer time."
	)
	if proxy := exchange.Destination.Proxy; (exchange.Sent || exchange.Hop > 0) && proxy.Host != "" {
		causes = append(causes, sentence(proxyName(proxy))+" might not respond. Check it, or exclude the host with "+
			"the provider's argument no_proxy.")
	}
	switch {
	case !exchange.Sent && exchange.Hop == 0:
		return append(causes,
			"The source of the token might be slow. Run again, or set timeout to a longer time.",
			"The source might be a platform that this machine doesn't run on, or a firewall might block it. Check "+
				"web_identity_token_request.")
	case exchange.Destination.AWS:
		return append(causes, noWayOut, silentFirewall, slowServer)
	}
	return append(causes, silentFirewall, slowServer, notSTSHere)
}

// unanswered explains a call that got no answer of STS.
func unanswered(exchange assumerole.Exchange, err error) Explanation {
	found, what := troubleOf(exchange, err)
	causes := found.causes(exchange, err)
	if exchange.Destination.Loopback {
		causes = slices.DeleteFunc(slices.Clone(causes), needsNetwork)
	}
	return Explanation{
		Argument: found.argument,
		Failure:  found.summary + what,
		said:     what,
		Summary:  found.summary,
		Detail: paragraphs(what, numberedList(causes),
			facts(exchange, time.Now(), callFacts(exchange)), more(found.summary)),
	}
}

// callFacts are the facts of a call without an answer. A hop has no token, but two roles.
func callFacts(exchange assumerole.Exchange) []fact {
	if exchange.Hop > 0 {
		return factsOfRoles
	}
	return factsOfCall
}

// troubleOf finds the kind, and says in a sentence what happened.
func troubleOf(exchange assumerole.Exchange, err error) (found trouble, what string) {
	host := DestinationText(exchange.Destination)
	if redirect, ok := errors.AsType[*transport.RedirectError](err); ok {
		target := "elsewhere"
		if redirect.Host != "" {
			target = "to " + quoted(redirect.Host)
		}
		return redirectTrouble, fmt.Sprintf("%s answered with HTTP status %d, a redirect %s. The provider doesn't "+
			"follow it. It sends secrets only to the configured endpoint.",
			host, redirect.Status, target)
	}
	if answer, ok := errors.AsType[*assumerole.AnswerError](err); ok {
		return answerTrouble(answer), fmt.Sprintf("%s answered with %s.", host, answerText(answer))
	}
	if timeout, ok := errors.AsType[*assumerole.TimeoutError](err); ok {
		found = timeoutTrouble
		if timeout.Timeout < shortTimeout {
			found.argument = timeoutArgument
		}
		return found, fmt.Sprintf("%s passed while %s.", inShort(timeout.Timeout), stageText(exchange, timeout.During))
	}
	connection, ok := errors.AsType[*assumerole.ConnectionError](err)
	if !ok {
		connection = &assumerole.ConnectionError{Kind: assumerole.ConnectionOther, Reason: err.Error()}
	}
	return connectionTrouble(connection), fmt.Sprintf("The call to %s failed. %s",
		host, connectionText(exchange.Destination, connection))
}

func answerTrouble(answer *assumerole.AnswerError) trouble {
	switch {
	case answer.HTTPStatus >= http.StatusInternalServerError:
		return failingTrouble
	case answer.HTTPStatus == http.StatusTooManyRequests:
		return throttledTrouble
	}
	return answerTroubles[answer.Kind]
}

// answerText describes an answer that isn't one of STS, inside a sentence.
func answerText(answer *assumerole.AnswerError) string {
	text := answerTexts[answer.Kind]
	if !answer.Expiration.IsZero() {
		text += " at " + answer.Expiration.Format(time.RFC3339)
	}
	var details []string
	if answer.MediaType != "" {
		details = append(details, "type "+secret.Scrub(answer.MediaType))
	}
	if answer.HTTPStatus != 0 {
		details = append(details, fmt.Sprintf("HTTP status %d", answer.HTTPStatus))
	}
	if len(details) == 0 {
		return text
	}
	return fmt.Sprintf("%s (%s)", text, strings.Join(details, ", "))
}

var answerTexts = map[assumerole.AnswerKind]string{
	assumerole.AnswerForeign:            "something that isn't a response of STS",
	assumerole.AnswerHTML:               "a web page",
	assumerole.AnswerEmpty:              "an empty response",
	assumerole.AnswerNoCode:             "an error without a code",
	assumerole.AnswerWantsTLS:           "a message that it requires https",
	assumerole.AnswerCutOff:             "an incomplete response of STS",
	assumerole.AnswerTooLarge:           "a response that is larger than 1 MiB",
	assumerole.AnswerOtherProtocol:      "a request to switch to another protocol",
	assumerole.AnswerNoCredentials:      "a response without credentials",
	assumerole.AnswerPartialCredentials: "a response with incomplete credentials",
	assumerole.AnswerBadTime:            "an expiration that isn't a time in the form of RFC 3339",
	assumerole.AnswerExpired:            "credentials that expired",
}

func connectionTrouble(connection *assumerole.ConnectionError) trouble {
	if !connection.OfProxy {
		return connectionTroubles[connection.Kind]
	}
	found, ok := proxyTroubles[connection.Kind]
	if !ok {
		found = proxyTroubles[assumerole.ConnectionOther]
	}
	return found
}

// connectionText says in a sentence why a connection failed.
func connectionText(destination assumerole.Destination, connection *assumerole.ConnectionError) string {
	server := "The endpoint"
	if connection.OfProxy {
		server = sentence(proxyName(destination.Proxy))
	}
	switch connection.Kind {
	case assumerole.ConnectionNoName:
		return fmt.Sprintf("The name %q doesn't resolve.", secret.Scrub(connection.Name))
	case assumerole.ConnectionRefused:
		return server + " rejected the connection."
	case assumerole.ConnectionClosed:
		return server + " closed the connection before the response was complete."
	case assumerole.ConnectionCertificate:
		return fmt.Sprintf("%s has a certificate that isn't trusted: %q.", server, secret.Scrub(connection.Reason))
	case assumerole.ConnectionNotTLS:
		return server + " speaks plain http."
	case assumerole.ConnectionDenied:
		return fmt.Sprintf("%s answered with HTTP status %d and didn't connect.", server, connection.HTTPStatus)
	case assumerole.ConnectionOther:
	}
	return fmt.Sprintf("The reason is %q.", secret.Scrub(connection.Reason))
}

// proxyName names a proxy and who set it, inside a sentence.
func proxyName(proxy assumerole.Proxy) string {
	if proxy.Host == "" {
		return "the proxy"
	}
	return fmt.Sprintf("the proxy %s (from %s)", proxy.Host, originText(proxy.Origin, arguments[proxy.Parameter]))
}
