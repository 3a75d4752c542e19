package explain

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Chapter is a group of failures, for a page that lists all.
type Chapter struct {
	Title  string
	Topics []Topic
}

// Topic is a failure as its diagnostic explains it, for an exchange that stands as an example.
type Topic struct {
	Heading    string // what people search for; unique on the page
	Summary    string
	Argument   string   // that the error points at; empty: the block
	Codes      []string // that STS answers; none when it answers nothing, or any other
	Messages   []string // parts of what it says beside that, one of which is there; empty: anything
	Paragraphs []string // of the diagnostic
	Causes     []string // likeliest first
	Proposal   string   // of a trust policy, in paragraphs of its own
}

// Chapters are all the failures that are explained, by the very functions that explain them.
func Chapters() []Chapter {
	return []Chapter{
		{
			"Errors of STS",
			withOther(refusalTopics(assumerole.AWSAnswers, exampleAtAWS), otherAnswer, otherAtAWS, exampleAtAWS),
		},
		{
			"Errors of role chaining",
			withOther(refusalTopics(ofHops(assumerole.HopAnswers), exampleHop), otherHopAnswer, otherOfHop, exampleHop),
		},
		{"Claims of the token", []Topic{findingTopic()}},
		{"Sources of the token", noTokenTopics()},
		{"Connections and endpoints", troubleTopics()},
		{
			"Errors of other servers",
			withOther(
				refusalTopics(assumerole.OtherAnswers, exampleElsewhere),
				otherAnswer,
				otherElsewhere,
				exampleElsewhere,
			),
		},
		{
			"Errors of role chaining on other servers",
			withOther(
				refusalTopics(ofHops(assumerole.OtherHopAnswers), exampleHopElsewhere),
				otherHopAnswer,
				otherOfHop,
				exampleHopElsewhere,
			),
		},
		{"Warnings", warningTopics()},
	}
}

// exampleTime is when the examples happen.
var exampleTime = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// exampleAtAWS is a job of GitHub Actions that asks AWS.
func exampleAtAWS() assumerole.Exchange {
	return assumerole.Exchange{
		Request: assumerole.Request{
			RoleARN: "arn:aws:iam::111122223333:role/deploy", RoleSessionName: assumerole.DefaultRoleSessionName,
			Token: webidentity.GitHubActions.Request(webidentity.Requester{}, nil), Policy: "{}", DurationSeconds: 7200,
		},
		Destination: assumerole.Destination{
			Host:         "sts.us-east-1.amazonaws.com",
			AWS:          true,
			Region:       "us-east-1",
			RegionOrigin: origin.OfVariable("AWS_REGION"),
		},
		Claims: &webidentity.Claims{
			Algorithm: "RS256", KeyID: "38826b17", Issuer: "https://" + string(trustpolicy.GitHub),
			Subject:  "repo:example-org/infrastructure:environment:production",
			Audience: []string{awsAudience}, IssuedAt: exampleTime, Expiration: exampleTime.Add(5 * time.Minute),
			All: map[string]any{"repository_id": "456789"},
		},
		Sent: true,
	}
}

// exampleHop is a hop from a role of one account to a role of another.
func exampleHop() assumerole.Exchange {
	exchange := exampleAtAWS()
	exchange.Request.RoleARN = "arn:aws:iam::111122223333:role/ci/hub"
	session := "arn:aws:sts::111122223333:assumed-role/hub/terraform"
	exchange.Hop, exchange.Caller = 1, &assumerole.Result{AssumedRoleARN: &session}
	exchange.Request.Hops = []assumerole.Hop{{
		RoleARN: "arn:aws:iam::444455556666:role/deploy", RoleSessionName: assumerole.DefaultRoleSessionName,
		ExternalID: "example-org", Tags: map[string]string{"team": "platform"}, SourceIdentity: "pipeline",
		DurationSeconds: 3600,
	}}
	return exchange
}

func exampleHopElsewhere() assumerole.Exchange {
	exchange := exampleHop()
	exchange.Destination = exampleElsewhere().Destination
	return exchange
}

func exampleElsewhere() assumerole.Exchange {
	exchange := exampleAtAWS()
	exchange.Destination = assumerole.Destination{
		Host:           "minio.example.com",
		EndpointOrigin: origin.Of(origin.ProviderBlock),
	}
	return exchange
}

func refusalTopics(answers []assumerole.Answer, example func() assumerole.Exchange) []Topic {
	// The denial that most readers look for comes first. In the table, an answer comes before the answers that also
	// fit its messages.
	rank := func(answer assumerole.Answer) int {
		if answer.ID == "assumeDenied" {
			return 0
		}
		return 1
	}
	answers = slices.SortedStableFunc(slices.Values(answers), func(a, b assumerole.Answer) int {
		return cmp.Compare(rank(a), rank(b))
	})
	var topics []Topic
	for _, answer := range answers {
		if answer.Codes == nil {
			continue // the topic of the codes has the message, too
		}
		topic := refusalTopic(answer, advices[answer.ID], example())
		topic.Heading = headingOf(answer.ID, topic.Summary, example().Destination.AWS)
		topic.Codes = answer.Codes
		if answer.Message != "" {
			topic.Messages = []string{answer.Message}
		}
		topics = append(topics, topic)
	}
	return merged(topics)
}

// withOther adds the topic for any other code.
func withOther(
	topics []Topic, id string, advise func(refusal) advice, example func() assumerole.Exchange,
) []Topic {
	other := refusalTopic(assumerole.Answer{}, advise, example())
	other.Heading = headingOf(id, other.Summary, example().Destination.AWS)
	other.Paragraphs = []string{"This is for any other code."}
	return merged(append(topics, other))
}

// ofHops are the answers that only hops can have. The others have topics already.
func ofHops(answers []assumerole.Answer) []assumerole.Answer {
	return slices.DeleteFunc(slices.Clone(answers), func(answer assumerole.Answer) bool {
		return !strings.HasPrefix(answer.ID, "hop")
	})
}

// refusalTopic is the advice on an answer, for an example.
func refusalTopic(answer assumerole.Answer, advise func(refusal) advice, example assumerole.Exchange) Topic {
	refused := refusal{
		example,
		&assumerole.ServiceError{Message: answer.Message, HTTPStatus: 400, RequestID: "-"},
		exampleTime,
	}
	var paragraphs []string
	if answer.ID == "tokenExpired" && !example.Destination.AWS {
		paragraphs = []string{"Some servers return another code with the message \"Token is expired\"."}
	}
	if answer.ID == "tokenExpired" || answer.ID == "tokenTooOld" {
		refused.Claims.Expiration = exampleTime.Add(-time.Hour)
	}
	if answer.ID == "packedPolicyTooLarge" {
		refused.Claims.All = map[string]any{"https://aws.amazon.com/tags/principal_tags/team": "platform"}
	}
	row := advise(refused)
	return Topic{
		Summary:    row.summary,
		Argument:   row.argument,
		Paragraphs: paragraphs,
		Causes:     row.causes,
		Proposal:   refused.trust(row.actions) + refused.statements(row.sides), // only one of them isn't empty
	}
}

// findingTopic has what claims can show to be wrong, each of an example that it is wrong with.
func findingTopic() Topic {
	topic := Topic{
		Summary:    "Problems that the claims show",
		Paragraphs: []string{"The error of a denial also lists these problems of the token, if it has them."},
	}
	for _, change := range []func(*assumerole.Exchange){
		func(e *assumerole.Exchange) { e.Claims = nil },
		func(e *assumerole.Exchange) { e.Claims.Expiration = exampleTime.Add(-time.Hour) },
		func(e *assumerole.Exchange) { e.Claims.Expiration = exampleTime.Add(-2 * time.Minute) },
		func(e *assumerole.Exchange) { e.Claims.NotBefore = exampleTime.Add(time.Hour) },
		func(e *assumerole.Exchange) { e.Claims.All["iat"] = "2026-09-01" },
		func(e *assumerole.Exchange) { e.Claims.Subject = "" },
		func(e *assumerole.Exchange) { e.Claims.Algorithm = "none" },
		func(e *assumerole.Exchange) { e.Claims.Algorithm = "HS256" },
		func(e *assumerole.Exchange) { e.Claims.KeyID = "" },
		func(e *assumerole.Exchange) { e.Claims.Audience = []string{"sts.amazon.com"} },
		func(e *assumerole.Exchange) { e.Claims.Issuer = legacyKubernetes },
	} {
		exchange := exampleAtAWS()
		change(&exchange)
		topic.Causes = append(topic.Causes, refusal{exchange, &assumerole.ServiceError{}, exampleTime}.findings()...)
	}
	return topic
}

func troubleTopics() []Topic {
	troubles := []trouble{redirectTrouble, failingTrouble, throttledTrouble}
	for _, all := range [][]trouble{
		sorted(answerTroubles), sorted(connectionTroubles), sorted(proxyTroubles), {timeoutTrouble},
	} {
		troubles = append(troubles, all...)
	}
	atAWS, elsewhere := exampleAtAWS(), exampleElsewhere()
	atAWS.Destination.Region = "eu-central-9" // there is none
	var topics []Topic
	for _, found := range troubles {
		var causes []string
		for _, example := range []assumerole.Exchange{atAWS, elsewhere} {
			for _, err := range []error{
				errors.New(""), &assumerole.ConnectionError{HTTPStatus: http.StatusProxyAuthRequired},
				&assumerole.TimeoutError{},
			} {
				for _, cause := range found.causes(example, err) {
					if !slices.Contains(causes, cause) {
						causes = append(causes, cause)
					}
				}
			}
		}
		topics = append(topics, Topic{Summary: found.summary, Argument: found.argument, Causes: causes})
	}
	return merged(topics)
}

// sorted are troubles in the order of their kinds.
func sorted[K cmp.Ordered](troubles map[K]trouble) []trouble {
	var all []trouble
	for _, kind := range slices.Sorted(maps.Keys(troubles)) {
		all = append(all, troubles[kind])
	}
	return all
}

func warningTopics() []Topic {
	exchange := exampleElsewhere()
	exchange.Request.PolicyARNs = []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
	var topics []Topic
	for _, warning := range Warnings(exchange) {
		topics = append(
			topics,
			Topic{Summary: warning.Summary, Argument: warning.Argument, Paragraphs: []string{warning.Detail}},
		)
	}
	return topics
}

// noTokenTopics ask each source where it can't have a token.
func noTokenTopics() []Topic {
	nothing := webidentity.Requester{
		Getenv: func(string) string { return "" },
		Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("connect: no route to host")
		},
	}
	inJob := nothing
	inJob.Getenv = func(name string) string { return map[string]string{"GITHUB_ACTIONS": "true"}[name] }
	sources := []webidentity.Source{webidentity.GitHubActions.Request(inJob, nil)}
	for _, platform := range webidentity.Platforms {
		sources = append(sources, platform.Request(nothing, exampleValues(platform)))
	}
	sources = append(sources,
		webidentity.Environment{Name: "TFC_WORKLOAD_IDENTITY_TOKEN", Getenv: nothing.Getenv},
		webidentity.Environment{Name: "BITBUCKET_STEP_OIDC_TOKEN", Getenv: nothing.Getenv},
		webidentity.Environment{Name: "GITLAB_OIDC_TOKEN", Getenv: nothing.Getenv},
		webidentity.Environment{Name: "GITLAB_OIDC_TOKEN", Getenv: func(string) string { return "something else" }},
		webidentity.File{Path: "/nonexistent/token", Origin: origin.Of(origin.Block)},
		webidentity.File{Path: "~/token", Origin: origin.Of(origin.Block)},
		webidentity.File{Path: "/nonexistent/token", Origin: origin.OfVariable(webidentity.FileVariable)},
		webidentity.Inline{Value: secret.New("/var/run/secrets/token")},
	)
	var topics []Topic
	for _, source := range sources {
		_, err := source.Token(context.Background())
		explanation := failure(assumerole.Exchange{}, err, exampleTime)
		topics = append(
			topics,
			Topic{
				Summary:    explanation.Summary,
				Argument:   explanation.Argument,
				Paragraphs: []string{explanation.Detail},
			},
		)
	}
	return merged(append(topics, audienceTopics()...))
}

// audienceTopics are the ways in which the audience of a token isn't allowed.
func audienceTopics() []Topic {
	var topics []Topic
	for _, kind := range []assumerole.AudienceKind{
		assumerole.AudienceRequested, assumerole.AudienceClaimed, assumerole.AudienceMissing, assumerole.AudienceOpaque,
	} {
		failed := &assumerole.AudienceError{Kind: kind, Allowed: []string{"https://vault.example.com"}}
		if kind == assumerole.AudienceRequested || kind == assumerole.AudienceClaimed {
			failed.Audience = awsAudience
		}
		explanation := failure(exampleAtAWS(), failed, exampleTime)
		topics = append(topics, Topic{
			Summary: explanation.Summary, Argument: explanation.Argument, Paragraphs: []string{explanation.Detail},
		})
	}
	return topics
}

// exampleValues are values for the arguments that a platform needs.
func exampleValues(platform webidentity.Platform) webidentity.Values {
	values := webidentity.Values{}
	for _, argument := range platform.Arguments {
		if argument.Required && argument.Kind == webidentity.Text {
			values[argument.Name] = "example"
		}
	}
	return values
}

// merged puts the topics with the same heading together.
func merged(topics []Topic) []Topic {
	var all []Topic
	for _, topic := range topics {
		topic.Heading = cmp.Or(topic.Heading, topic.Summary)
		if n := slices.IndexFunc(all, func(other Topic) bool { return other.Heading == topic.Heading }); n >= 0 {
			all[n].Paragraphs = append(all[n].Paragraphs, topic.Paragraphs...)
			all[n].Messages = append(all[n].Messages, topic.Messages...)
			for _, cause := range topic.Causes {
				if topic.Codes == nil && !slices.Contains(all[n].Causes, cause) {
					all[n].Causes = append(all[n].Causes, cause)
				}
			}
		} else {
			all = append(all, topic)
		}
	}
	return all
}
