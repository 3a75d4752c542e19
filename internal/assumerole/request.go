package assumerole

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Arguments of a block, as errors name them.
const (
	RoleARNArgument         = "role_arn"
	RoleSessionNameArgument = "role_session_name"
	PolicyARNsArgument      = "policy_arns"
	PolicyArgument          = "policy"
	DurationArgument        = "duration_seconds"
)

// Constraints of the API. Lengths are in characters, durations in seconds, sizes in bytes.
const (
	MinARNLength            = 20
	MaxARNLength            = 2048
	MinRoleSessionName      = 2
	MaxRoleSessionName      = 64
	MinProviderIDLength     = 4
	MaxProviderIDLength     = 2048
	MaxPolicyARNs           = 10
	MaxPolicyLength         = 2048
	MinDurationSeconds      = 900
	MaxDurationSeconds      = 43200
	MaxSessionTokenSize     = 4096
	DefaultTimeout          = time.Minute
	MaxTimeout              = 24 * time.Hour // the provider's own, for each timeout of Request
	DefaultRoleSessionName  = "terraform"
	roleSessionNameExpected = "letters, digits and the characters _ + = , . @ -"
)

// roleSessionName is the API's pattern, [\w+=,.@-]*.
var roleSessionName = regexp.MustCompile(`^[0-9A-Za-z_+=,.@-]*$`)

// Request is one AssumeRoleWithWebIdentity, with where its token comes from. What isn't set isn't sent.
type Request struct {
	RoleARN                 string // RoleArn; of another form, even empty, for a server that isn't AWS's
	RoleARNOrigin           string // who named the role, when it wasn't the argument
	RoleSessionName         string // RoleSessionName
	Token                   webidentity.Source
	TokenOfProvider         bool          // the token's source stands in the provider block, for errors to say
	AmbientToken            bool          // the token is the environment's own, which is meant for AWS alone
	ProviderID              string        // ProviderId
	PolicyARNs              []string      // PolicyArns[].arn
	Policy                  string        // Policy, as the user wrote it: it is compacted on its way out
	DurationSeconds         int32         // DurationSeconds; 0: the service's default, 3600
	MinimumSessionTokenSize int32         // MinimumSessionTokenSize; 0 isn't sent
	Timeout                 time.Duration // at most MaxTimeout
	// PropagationTimeout is how much longer to go on while IAM doesn't know the role or the OIDC provider yet.
	PropagationTimeout time.Duration
	// Fresh requests a token and a session that no other exchange has fetched.
	Fresh bool
	// Attempted is told of each call that failed, perhaps after Exchange has ended, because others may wait for the
	// same call. It may be nil.
	Attempted func(Attempt) `json:"-"`
}

// CheckRoleSessionName checks the API's constraints. Its error is an *ArgumentError.
func CheckRoleSessionName(name string) error {
	var problem string
	switch length := utf8.RuneCountInString(name); {
	case length < MinRoleSessionName || length > MaxRoleSessionName:
		problem = fmt.Sprintf("has %d characters", length)
	case !roleSessionName.MatchString(name):
		problem = "has a character that isn't allowed"
	default:
		return nil
	}
	return &ArgumentError{
		Argument: RoleSessionNameArgument,
		Summary:  "Invalid role session name",
		Detail: fmt.Sprintf("The role session name %q %s. It must be %d to %d characters long, of %s.",
			secret.Shown(name), problem, MinRoleSessionName, MaxRoleSessionName, roleSessionNameExpected),
	}
}

// CheckPolicyARN checks what the API demands of one of PolicyArns: its length. Its error is an *ArgumentError.
func CheckPolicyARN(value string) error {
	length := utf8.RuneCountInString(value)
	if length >= MinARNLength && length <= MaxARNLength {
		return nil
	}
	return &ArgumentError{
		Argument: PolicyARNsArgument,
		Summary:  "Invalid policy ARN",
		Detail: fmt.Sprintf("%q isn't the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess: "+
			"it has %d characters, where %d to %d are allowed.",
			shownARN(value), length, MinARNLength, MaxARNLength),
	}
}

// checkForAWS checks what AWS's own STS demands beyond what every server does, and gives the role's parsed ARN.
func (r Request) checkForAWS() (arn.ARN, error) {
	role, err := parseRoleARN(r.RoleARN, r.RoleARNOrigin)
	if err != nil {
		return arn.ARN{}, err
	}
	if r.DurationSeconds > MaxDurationSeconds {
		return arn.ARN{}, &ArgumentError{
			Argument: DurationArgument,
			Summary:  "Duration out of range",
			Detail: fmt.Sprintf("The duration is %d seconds. AWS allows %d to %d seconds (12 hours), and no more "+
				"than the role's own maximum session duration.",
				r.DurationSeconds, MinDurationSeconds, MaxDurationSeconds),
		}
	}
	return role, nil
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

func parseRoleARN(value, origin string) (arn.ARN, error) {
	if origin != "" {
		origin = ", from " + origin + ","
	}
	fail := func(problem string) error {
		return &ArgumentError{
			Argument:  RoleARNArgument,
			Misplaced: shownARN(value) != value,
			Summary:   "Invalid role ARN",
			Detail: fmt.Sprintf("The role ARN %q%s %s. It must be the ARN of an IAM role, %d to %d characters long, "+
				"such as arn:aws:iam::123456789012:role/deploy.",
				shownARN(value), origin, problem, MinARNLength, MaxARNLength),
		}
	}
	parsed, err := arn.Parse(value)
	length := utf8.RuneCountInString(value)
	switch {
	case value == "":
		return arn.ARN{}, fail("is empty")
	case err != nil:
		return arn.ARN{}, fail("isn't an ARN")
	case parsed.Service == "sts" && strings.HasPrefix(parsed.Resource, "assumed-role/"):
		return arn.ARN{}, fail("is that of a session of a role, not of the role itself")
	case parsed.Service != "iam" || !strings.HasPrefix(parsed.Resource, "role/") || strings.HasSuffix(parsed.Resource,
		"/"):
		return arn.ARN{}, fail("isn't that of an IAM role")
	case parsed.Region != "":
		return arn.ARN{}, fail("names a Region, which the ARN of a role doesn't")
	case hasLetter.MatchString(parsed.AccountID):
		return arn.ARN{}, fail(fmt.Sprintf("has letters in its account ID, %q, where 12 digits belong (an O for a 0, "+
			"perhaps, or an l for a 1)", secret.Scrub(parsed.AccountID)))
	case !accountID.MatchString(parsed.AccountID):
		return arn.ARN{}, fail("has no account ID of 12 digits")
	case length < MinARNLength || length > MaxARNLength:
		return arn.ARN{}, fail(fmt.Sprintf("has %d characters", length))
	}
	return parsed, nil
}

var (
	accountID = regexp.MustCompile(`^\d{12}$`)
	hasLetter = regexp.MustCompile(`[A-Za-z]`)
)
