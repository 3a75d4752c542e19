package assumerole

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Constraints of AssumeRole. Lengths are in characters, durations in seconds. The others are those of the exchange.
const (
	MaxChainedDurationSeconds = 3600
	MinExternalIDLength       = 2
	MaxExternalIDLength       = 1224
	MinSourceIdentityLength   = 2
	MaxSourceIdentityLength   = 64
	MaxTags                   = 50
	MaxTagKeyLength           = 128
	MaxTagValueLength         = 256
)

// The API's patterns. The one for source identities is that for session names.
var (
	externalID = regexp.MustCompile(`^[0-9A-Za-z_+=,.@:/-]*$`)
	tagText    = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
)

// Hop is one AssumeRole. The credentials of the call before it sign it. What isn't set isn't sent.
type Hop struct {
	RoleARN               string // RoleArn; of another form, even empty, for a server that isn't AWS's
	RoleSessionName       string // RoleSessionName
	RoleSessionNameOrigin origin.Origin
	DurationSeconds       int32             // DurationSeconds; 0: the service's default, 3600
	ExternalID            string            // ExternalId
	PolicyARNs            []string          // PolicyArns[].arn
	Policy                string            // Policy, as the user wrote it: it is compacted on its way out
	Tags                  map[string]string // Tags
	TransitiveTagKeys     []string          // TransitiveTagKeys
	SourceIdentity        string            // SourceIdentity
}

// CheckExternalID checks the API's constraints. Its error is a *ValueError.
func CheckExternalID(value string) error {
	from := origin.Of(origin.Block)
	return checkText(ParameterExternalID, from, value, MinExternalIDLength, MaxExternalIDLength, externalID)
}

// CheckSourceIdentity checks the API's constraints. Its error is a *ValueError.
func CheckSourceIdentity(value string) error {
	return checkText(
		ParameterSourceIdentity,
		origin.Of(origin.Block),
		value,
		MinSourceIdentityLength,
		MaxSourceIdentityLength,
		roleSessionName,
	)
}

// CheckTags checks the API's constraints on session tags. Its error is a *ValueError.
func CheckTags(tags map[string]string) error {
	failure := &ValueError{Parameter: ParameterTags, Origin: origin.Of(origin.Block)}
	if len(tags) > MaxTags {
		failure.Problem, failure.Number = ProblemTooMany, int64(len(tags))
		return failure
	}
	seen := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		failure.Value = secret.Shown(key)
		if failure.Problem = tagProblem(key, tags[key]); failure.Problem != "" {
			return failure
		}
		if other, found := seen[strings.ToLower(key)]; found {
			failure.Problem, failure.Part = ProblemSameTagKey, secret.Shown(other)
			return failure
		}
		seen[strings.ToLower(key)] = key
	}
	return nil
}

// tagProblem is what is wrong with a tag, or empty.
func tagProblem(key, value string) Problem {
	switch length := utf8.RuneCountInString(key); {
	case length == 0 || length > MaxTagKeyLength || !tagText.MatchString(key):
		return ProblemTagKey
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return ProblemReservedTagKey
	case utf8.RuneCountInString(value) > MaxTagValueLength || !tagText.MatchString(value):
		return ProblemTagValue
	}
	return ""
}

// checkTransitive checks that each transitive key is one of a tag.
func (h Hop) checkTransitive() error {
	for _, key := range h.TransitiveTagKeys {
		if _, ok := h.Tags[key]; !ok {
			return &ValueError{
				Parameter: ParameterTransitiveTagKeys,
				Origin:    origin.Of(origin.Block),
				Problem:   ProblemNotTag,
				Value:     secret.Shown(key),
			}
		}
	}
	return nil
}

// input checks what every server requires, and makes the API's input.
func (h Hop) input() (*sts.AssumeRoleInput, error) {
	if err := CheckRoleSessionName(h.RoleSessionName, h.RoleSessionNameOrigin); err != nil {
		return nil, err
	}
	if h.ExternalID != "" {
		if err := CheckExternalID(h.ExternalID); err != nil {
			return nil, err
		}
	}
	if h.SourceIdentity != "" {
		if err := CheckSourceIdentity(h.SourceIdentity); err != nil {
			return nil, err
		}
	}
	if err := CheckTags(h.Tags); err != nil {
		return nil, err
	}
	if err := h.checkTransitive(); err != nil {
		return nil, err
	}
	policy, err := compacted(h.Policy)
	if err != nil {
		return nil, err
	}
	input := &sts.AssumeRoleInput{
		RoleArn:           aws.String(h.RoleARN),
		RoleSessionName:   aws.String(h.RoleSessionName),
		DurationSeconds:   nonZero(h.DurationSeconds),
		ExternalId:        nonEmpty(&h.ExternalID),
		Policy:            policy,
		PolicyArns:        policyARNs(h.PolicyARNs),
		SourceIdentity:    nonEmpty(&h.SourceIdentity),
		TransitiveTagKeys: slices.Sorted(slices.Values(h.TransitiveTagKeys)),
	}
	for _, key := range slices.Sorted(maps.Keys(h.Tags)) {
		input.Tags = append(input.Tags, types.Tag{Key: aws.String(key), Value: aws.String(h.Tags[key])})
	}
	return input, nil
}

// checkForAWS checks what AWS's own STS demands beyond what every server does. All roles of a chain are in one
// partition, because the credentials of one don't exist in another.
func (h Hop) checkForAWS(partition string) error {
	role, err := parseRoleARN(h.RoleARN, origin.Of(origin.Block))
	switch {
	case err != nil:
		return err
	case role.Partition != partition:
		return &ValueError{
			Parameter: ParameterRoleARN,
			Origin:    origin.Of(origin.Block),
			Problem:   ProblemOtherPartition,
			Value:     shownARN(h.RoleARN),
			Secret:    shownARN(h.RoleARN) != h.RoleARN,
			Part:      partition,
		}
	case h.DurationSeconds > MaxChainedDurationSeconds:
		return &ValueError{
			Parameter: ParameterDurationSeconds,
			Origin:    origin.Of(origin.Block),
			Problem:   ProblemRange,
			Number:    int64(h.DurationSeconds),
		}
	}
	return nil
}

// ofHop adds the number of the hop to an error about a value, from 1.
func ofHop(number int, err error) error {
	switch failure := err.(type) { //nolint:errorlint // the checks return these types
	case *ValueError:
		failure.Hop = number
	case *AccountError:
		failure.Hop = number
	}
	return err
}

// hopInputs are the inputs of all hops.
func (r Request) hopInputs() ([]*sts.AssumeRoleInput, error) {
	var inputs []*sts.AssumeRoleInput
	for n, hop := range r.Hops {
		input, err := hop.input()
		if err != nil {
			return nil, ofHop(n+1, err)
		}
		inputs = append(inputs, input)
	}
	return inputs, nil
}

// checkInheritance checks what a session passes on to those that are chained to it. A source identity and a transitive
// tag can't be changed. The claims are those of the token, or nil while there is none.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
func (r Request) checkInheritance(claims *webidentity.Claims) error {
	var token webidentity.Session
	if claims != nil {
		token = claims.Session()
	}
	identity, transitive := token.SourceIdentity, lowered(token.TransitiveTagKeys)
	for n, hop := range r.Hops {
		failure := &ValueError{Origin: origin.Of(origin.Block), Hop: n + 1}
		if identity != "" && hop.SourceIdentity != "" && hop.SourceIdentity != identity {
			failure.Parameter, failure.Problem = ParameterSourceIdentity, ProblemOtherSourceIdentity
			failure.Value, failure.Part = secret.Shown(hop.SourceIdentity), secret.Shown(identity)
			failure.OfToken = token.SourceIdentity != ""
			return failure
		}
		for _, key := range slices.Sorted(maps.Keys(hop.Tags)) {
			if lower := strings.ToLower(key); slices.Contains(transitive, lower) {
				failure.Parameter, failure.Problem = ParameterTags, ProblemInheritedTag
				failure.Value = secret.Shown(key)
				failure.OfToken = slices.Contains(lowered(token.TransitiveTagKeys), lower)
				return failure
			}
		}
		if identity == "" {
			identity = hop.SourceIdentity
		}
		transitive = append(transitive, lowered(hop.TransitiveTagKeys)...)
	}
	return nil
}

func lowered(keys []string) []string {
	lower := make([]string, 0, len(keys))
	for _, key := range keys {
		lower = append(lower, strings.ToLower(key))
	}
	return lower
}

// checkHopsForAWS checks the hops of a chain that begins with a role.
func (r Request) checkHopsForAWS(first arn.ARN) error {
	for n, hop := range r.Hops {
		if err := hop.checkForAWS(first.Partition); err != nil {
			return ofHop(n+1, err)
		}
	}
	return nil
}
