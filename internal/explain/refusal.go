package explain

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// refusal is an error that STS answered, with what is known of the exchange.
type refusal struct {
	assumerole.Exchange
	service *assumerole.ServiceError
	now     time.Time
}

// advice is what there is to say of a denial or another error of STS.
type advice struct {
	argument string   // of the block, at fault
	summary  string   // what failed, in at most ten words
	causes   []string // the likeliest first, each with its fix. A diagnostic shows maxCauses of them
	ofToken  bool     // the token might be at fault, so that what its claims show comes first
	facts    []fact   // those that matter
	command  string   // shows what to compare with; empty if there is none
	actions  []string // those that a trust policy has to allow, where trust is the matter
	ofBlock  bool     // argument is one of the block, although the failure is that of a hop
	sides    side     // whose policies have to allow a hop, where they are the matter

	inCloudTrail bool // the account's CloudTrail has the call, with the policy that denied it
}

// maxCauses is how many causes a diagnostic shows. The page about troubleshooting has the others.
const maxCauses = 3

// explain gives the advice on the answer.
func (r refusal) explain() Explanation {
	advise, id := otherElsewhere, otherAnswer
	switch {
	case r.Hop > 0:
		advise, id = otherOfHop, otherHopAnswer
	case r.Destination.AWS:
		advise = otherAtAWS
	}
	answers := r.Answers()
	if n := assumerole.Lookup(answers, r.service); n >= 0 {
		id = answers[n].ID
		advise = advices[id]
	}
	advice := advise(r)
	causes := advice.causes
	if advice.ofToken {
		causes = append(r.findings(), causes...)
	}
	argument := advice.argument
	if r.Hop > 0 && !advice.ofBlock {
		argument = AssumeRoleArgument
	}
	return Explanation{
		Argument: argument,
		Failure:  r.failure(id, advice),
		said:     r.answer(),
		Summary:  advice.summary,
		Detail: paragraphs(
			r.answer(),
			numberedList(causes),
			advice.command,
			r.cloudTrail(advice),
			facts(r.Exchange, r.now, advice.facts),
			r.trust(advice.actions),
			r.statements(advice.sides),
			r.evaluate(advice),
			more(headingOf(id, advice.summary, r.Destination.AWS)),
		),
	}
}

// failure is equal for blocks whose denials have the same explanation, such as those of many roles with one token. It
// is empty if the value of the block's own argument is at fault.
func (r refusal) failure(id string, advice advice) string {
	if advice.argument != "" && advice.argument != r.tokenArgument() {
		return ""
	}
	if r.Hop > 0 {
		policies := r.hopPolicies()
		message := strings.ReplaceAll(r.service.Message, policies.RoleARN, "")
		if session := r.Caller.AssumedRoleARN; session != nil {
			message = strings.ReplaceAll(message, *session, "")
		}
		return fmt.Sprintf("%s %s %q %q %q %v %s", id, r.service.Code, message, policies.CallerRoleARN,
			policies.ExternalID, policies.Actions(), r.Request.PropagationTimeout)
	}
	var claims webidentity.Claims
	if r.Claims != nil {
		claims = *r.Claims
	}
	return fmt.Sprintf(
		"%s %s %q %q %q %q %q %q %v %s",
		id,
		r.service.Code,
		r.service.Message,
		claims.Issuer,
		claims.Subject,
		claims.Audience,
		claims.Algorithm,
		claims.KeyID,
		advice.ofToken && r.Claims == nil,
		r.Request.PropagationTimeout,
	)
}

// cloudTrail says where the denied call can be found, on a line of its own.
func (r refusal) cloudTrail(advice advice) string {
	if !advice.inCloudTrail || !r.Destination.AWS {
		return ""
	}
	account, event := r.account(), "AssumeRoleWithWebIdentity"
	if r.Hop > 0 { // the account of the session that calls
		caller := r
		caller.Hop--
		account, event = caller.account(), "AssumeRole"
	}
	text := "CloudTrail in account " + account
	if r.Destination.Region != "" {
		text += ", Region " + r.Destination.Region + ","
	}
	text += fmt.Sprintf(" has the denied call (event %s)", event)
	if r.service.RequestID != "" {
		text += " with this request ID"
	}
	return text + "."
}

// evaluate is the command that evaluates the trust policy, if the policy denied the token.
func (r refusal) evaluate(advice advice) string {
	if advice.command == "" || r.Hop > 0 {
		return ""
	}
	return r.evaluation()
}

// answer repeats what STS said. It is scrubbed where it is received, too; this holds for whoever makes a ServiceError.
func (r refusal) answer() string {
	answer := "STS answered "
	if !r.Destination.AWS {
		answer = "The server answered "
	}
	if code := secret.Scrub(r.service.Code); len(code) <= maxCode && ordinaryCode.MatchString(code) {
		answer += code
	} else {
		answer += quoted(code)
	}
	if r.service.Message != "" { // in quotes: it could read like this provider's own advice
		answer += ": " + quoted(r.service.Message)
	}
	answer += fmt.Sprintf(" (HTTP status %d", r.service.HTTPStatus)
	if id := secret.Scrub(r.service.RequestID); len(id) <= maxID && ordinaryID.MatchString(id) {
		answer += ", request ID " + id
	} else if id != "" {
		answer += ", request ID " + quoted(id)
	}
	return answer + ")."
}

// What codes and request IDs look like. Others are quoted: they are a server's text.
var (
	ordinaryCode = regexp.MustCompile(`^[A-Za-z0-9.]+$`)
	ordinaryID   = regexp.MustCompile(`^[A-Za-z0-9._:/+=-]+$`)
)

// Their greatest lengths, in characters. In the patterns, they would take long to compile.
const (
	maxCode = 64
	maxID   = 128
)

// numberedList is what to check, at most maxCauses of it. A line that begins with whitespace isn't wrapped.
func numberedList(causes []string) string {
	if len(causes) == 0 {
		return ""
	}
	lines := []string{"Check first:"}
	for n, cause := range causes[:min(len(causes), maxCauses)] {
		lines = append(lines, fmt.Sprintf("%d. %s", n+1, cause))
	}
	return strings.Join(lines, "\n")
}

// tokenArgument is the block's argument that the token comes from; empty when it is the environment or the provider
// block.
func (r refusal) tokenArgument() string {
	if r.Request.TokenOrigin.Kind == origin.ProviderBlock {
		return ""
	}
	return sourceArgument(r.Request.Token)
}

// tokenFrom names the token's source, for a sentence.
func (r refusal) tokenFrom() string {
	return SourceName(r.Request.Token)
}

// renewal says how to get a new token from where the old one came from.
func (r refusal) renewal() string {
	switch r.Request.Token.(type) {
	case webidentity.Inline:
		return fmt.Sprintf("Get a new token and run again. With %s or %s, the provider gets a new token in every run.",
			FileArgument, RequestArgument)
	case webidentity.RequestSource:
		return "Run again. The provider then requests a new token. If the new one has expired too, check the " +
			"platform's clock."
	case webidentity.File:
		return "Check why the platform doesn't replace the file, or write a new token to it. Then run again."
	case webidentity.Environment:
		return "The variable has the token from the start of the job. Run the job again, and run Terraform early in it."
	}
	return "Get a new token and run again."
}
