package assumerole

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Constraints of the API. Lengths are in characters, durations in seconds, sizes in bytes.
const (
	MinARNLength           = 20
	MaxARNLength           = 2048
	MinRoleSessionName     = 2
	MaxRoleSessionName     = 64
	MinProviderIDLength    = 4
	MaxProviderIDLength    = 2048
	MaxPolicyARNs          = 10
	MaxPolicyLength        = 2048
	MinDurationSeconds     = 900
	MaxDurationSeconds     = 43200
	MaxSessionTokenSize    = 4096
	DefaultTimeout         = time.Minute
	MaxTimeout             = 24 * time.Hour // the provider's own, for each timeout of Request
	DefaultRoleSessionName = "terraform"
)

// roleSessionName is the API's pattern, [\w+=,.@-]*.
var roleSessionName = regexp.MustCompile(`^[0-9A-Za-z_+=,.@-]*$`)

// Request is one AssumeRoleWithWebIdentity, with where its token comes from, and the hops that follow. What isn't set
// isn't sent.
type Request struct {
	RoleARN                 string // RoleArn; of another form, even empty, for a server that isn't AWS's
	RoleARNOrigin           origin.Origin
	RoleSessionName         string // RoleSessionName
	RoleSessionNameOrigin   origin.Origin
	Token                   webidentity.Source
	TokenOrigin             origin.Origin // a token of origin.Variable is the environment's own, and only for AWS
	ProviderID              string        // ProviderId
	PolicyARNs              []string      // PolicyArns[].arn
	Policy                  string        // Policy, as the user wrote it: it is compacted on its way out
	DurationSeconds         int32         // DurationSeconds; 0: the service's default, 3600
	MinimumSessionTokenSize int32         // MinimumSessionTokenSize; 0 isn't sent
	Hops                    []Hop
	Timeout                 time.Duration // of everything; at most MaxTimeout
	// PropagationTimeout is how much longer to go on while IAM doesn't know the role or the OIDC provider yet.
	PropagationTimeout time.Duration
	// Fresh requests a token and a session that no other exchange has fetched.
	Fresh bool
	// Attempted is told of each call that failed, perhaps after Exchange has ended, because others may wait for the
	// same call. It may be nil.
	Attempted func(Attempt) `json:"-"`

	identity string // of the token of an earlier exchange of this request, as identityOf; empty if there was none
}

var bareHost = regexp.MustCompile(`^[^:/\s]*$`)

// IsAccountID reports whether a text is the ID of an AWS account, 12 digits.
func IsAccountID(text string) bool { return accountID.MatchString(text) }

// IsBareHost reports whether a text has neither a scheme, a port, nor a path.
func IsBareHost(text string) bool { return bareHost.MatchString(text) }

// CheckRoleSessionName checks the API's constraints. Its error is a *ValueError.
func CheckRoleSessionName(name string, from origin.Origin) error {
	return checkText(ParameterRoleSessionName, from, name, MinRoleSessionName, MaxRoleSessionName, roleSessionName)
}

// checkText checks a length in characters, and the characters.
func checkText(
	parameter Parameter, from origin.Origin, value string, least, most int, pattern *regexp.Regexp,
) error {
	failure := &ValueError{
		Parameter: parameter,
		Origin:    from,
		Value:     secret.Shown(value),
		Length:    utf8.RuneCountInString(value),
	}
	switch {
	case failure.Length < least || failure.Length > most:
		failure.Problem = ProblemLength
	case !pattern.MatchString(value):
		failure.Problem = ProblemCharacters
	default:
		return nil
	}
	return failure
}

// CheckPolicyARN checks the API's constraint on an element of PolicyArns, its length. Its error is a *ValueError.
func CheckPolicyARN(value string) error {
	length := utf8.RuneCountInString(value)
	if length >= MinARNLength && length <= MaxARNLength {
		return nil
	}
	return &ValueError{
		Parameter: ParameterPolicyARNs,
		Origin:    origin.Of(origin.Block),
		Problem:   ProblemLength,
		Value:     shownARN(value),
		Length:    length,
	}
}

// checkForAWS checks what AWS's own STS demands beyond what every server does, and gives the role's parsed ARN.
func (r Request) checkForAWS() (arn.ARN, error) {
	role, err := parseRoleARN(r.RoleARN, r.RoleARNOrigin)
	if err != nil {
		return arn.ARN{}, err
	}
	if r.DurationSeconds > MaxDurationSeconds {
		return arn.ARN{}, &ValueError{
			Parameter: ParameterDurationSeconds,
			Origin:    origin.Of(origin.Block),
			Problem:   ProblemRange,
			Number:    int64(r.DurationSeconds),
		}
	}
	return role, nil
}

// LastRoleARN is the ARN of the role that the result is of.
func (r Request) LastRoleARN() string { return r.roleARN(len(r.Hops)) }

// roleARN is the ARN of the role of a hop, by its number from 1. 0 is for the exchange.
func (r Request) roleARN(hop int) string {
	if hop == 0 {
		return r.RoleARN
	}
	return r.Hops[hop-1].RoleARN
}

// ShownRoleARN is RoleARN for a log or an error. What is neither an ARN nor the name of a role might be a token in its
// place, so only its length is shown.
func (r Request) ShownRoleARN() string { return shownARN(r.RoleARN) }

// maxRoleName is the greatest length of a role's name in IAM, in characters.
const maxRoleName = 64

func shownARN(value string) string {
	if strings.HasPrefix(value, "arn:") || len(value) <= maxRoleName && secret.IsPlain(value) {
		return secret.Scrub(value)
	}
	return secret.LeftOut(value)
}

func parseRoleARN(value string, from origin.Origin) (arn.ARN, error) {
	failure := &ValueError{
		Parameter: ParameterRoleARN,
		Origin:    from,
		Value:     shownARN(value),
		Secret:    shownARN(value) != value,
		Length:    utf8.RuneCountInString(value),
	}
	parsed, err := arn.Parse(value)
	switch {
	case value == "":
		failure.Problem = ProblemEmpty
	case err != nil:
		failure.Problem = ProblemNotARN
	case parsed.Service == "sts" && strings.HasPrefix(parsed.Resource, "assumed-role/"):
		failure.Problem = ProblemSessionARN
	case parsed.Service != "iam", !strings.HasPrefix(parsed.Resource, "role/"), strings.HasSuffix(parsed.Resource, "/"):
		failure.Problem = ProblemNotRoleARN
	case parsed.Region != "":
		failure.Problem = ProblemRegionInARN
	case hasLetter.MatchString(parsed.AccountID):
		failure.Problem, failure.Part = ProblemAccountLetters, secret.Scrub(parsed.AccountID)
	case !IsAccountID(parsed.AccountID):
		failure.Problem = ProblemAccountID
	case failure.Length < MinARNLength || failure.Length > MaxARNLength:
		failure.Problem = ProblemLength
	default:
		return parsed, nil
	}
	return arn.ARN{}, failure
}

var (
	accountID = regexp.MustCompile(`^\d{12}$`)
	hasLetter = regexp.MustCompile(`[A-Za-z]`)
)
