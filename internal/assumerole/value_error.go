package assumerole

import (
	"fmt"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
)

// Parameter is a value that a call depends on: a field of Request, or of Settings.
type Parameter string

// The parameters that can have an error before anything is sent. Their text is the field's name in this package.
const (
	ParameterRoleARN           Parameter = "RoleARN"
	ParameterRoleSessionName   Parameter = "RoleSessionName"
	ParameterPolicyARNs        Parameter = "PolicyARNs"
	ParameterPolicy            Parameter = "Policy"
	ParameterDurationSeconds   Parameter = "DurationSeconds"
	ParameterExternalID        Parameter = "ExternalID"
	ParameterTags              Parameter = "Tags"
	ParameterTransitiveTagKeys Parameter = "TransitiveTagKeys"
	ParameterSourceIdentity    Parameter = "SourceIdentity"
	ParameterRegion            Parameter = "Region"
	ParameterEndpoint          Parameter = "Endpoint"
	ParameterUseFIPSEndpoint   Parameter = "UseFIPSEndpoint"
	ParameterCustomCABundle    Parameter = "CustomCABundle"
	ParameterHTTPProxy         Parameter = "HTTPProxy"
	ParameterHTTPSProxy        Parameter = "HTTPSProxy"
	ParameterMaxRetries        Parameter = "MaxRetries"
)

// Problem is what is wrong with a value.
type Problem string

// The problems of a ValueError.
const (
	ProblemEmpty          Problem = "is empty"
	ProblemLength         Problem = "has a length out of range" // ValueError.Length
	ProblemCharacters     Problem = "has a character that isn't allowed"
	ProblemCharacter      Problem = "has a character that isn't allowed at a position" // ValueError.Character, Position
	ProblemRange          Problem = "is out of range"                                  // ValueError.Number
	ProblemNotARN         Problem = "isn't an ARN"
	ProblemSessionARN     Problem = "is the ARN of an assumed-role session"
	ProblemNotRoleARN     Problem = "isn't the ARN of an IAM role"
	ProblemRegionInARN    Problem = "has a Region"
	ProblemAccountLetters Problem = "has letters in the account ID" // ValueError.Part
	ProblemAccountID      Problem = "has no account ID of 12 digits"
	ProblemNotJSON        Problem = "isn't valid JSON"      // ValueError.Cause
	ProblemPath           Problem = "is the path of a file" // ValueError.Part
	ProblemGlobalRegion   Problem = "is the pseudo Region of the global endpoint"
	ProblemZone           Problem = "is the name of an Availability Zone"
	ProblemNotRegion      Problem = "isn't the name of a Region"
	ProblemNotURL         Problem = "isn't a URL"
	ProblemUser           Problem = "has a user or a password"
	ProblemNotServerURL   Problem = "isn't the URL of a server"
	ProblemHostLetters    Problem = "has a host with letters beyond ASCII"
	ProblemQuery          Problem = "has a query or a fragment"
	ProblemNotEncrypted   Problem = "isn't encrypted"                         // ValueError.Part: the host
	ProblemNotForSTS      Problem = "is for every service, not only for STS"  // ValueError.Part: the host
	ProblemWithEndpoint   Problem = "can't be combined with another endpoint" // ValueError.Other: of the endpoint
	ProblemNotProxy       Problem = "isn't the URL of a proxy"
	ProblemNotFound       Problem = "names a file that doesn't exist" // ValueError.Part: the path
	ProblemNotPermitted   Problem = "names a file without permission" // ValueError.Part: the path
	ProblemUnreadable     Problem = "names a file that can't be read" // ValueError.Part: the path
	ProblemNotPEM         Problem = "names a file without certificates"

	// Of a hop.
	ProblemOtherPartition      Problem = "is in another partition than the first role" // ValueError.Part: the first's
	ProblemTooMany             Problem = "has too many elements"                       // ValueError.Number
	ProblemTagKey              Problem = "has a tag whose key isn't valid"
	ProblemReservedTagKey      Problem = "has a tag whose key is reserved for AWS"
	ProblemTagValue            Problem = "has a tag whose value isn't valid"
	ProblemSameTagKey          Problem = "has two tags whose keys differ only in case" // ValueError.Part: the other key
	ProblemNotTag              Problem = "has a key that isn't the key of a tag"
	ProblemInheritedTag        Problem = "has a tag that the session inherits" // ValueError.OfToken
	ProblemOtherSourceIdentity Problem = "isn't the one that is already set"   // ValueError.Part: the other; OfToken
)

// ValueError is a value that can't be used. Nothing was sent.
type ValueError struct {
	Parameter Parameter
	Hop       int // the number of the hop that the value is of, from 1; 0 if it isn't of a hop
	Origin    origin.Origin
	Problem   Problem

	Value     string // as it can be shown; empty if it can't
	Secret    bool   // the value might be or contain a secret, so the line of the configuration must not be shown
	Part      string // of the value, as Problem says; it can be shown
	Length    int    // of the value, in characters
	Number    int64  // the value
	Character rune
	Position  int // of Character, from 1
	Cause     error
	Other     origin.Origin
	OfToken   bool // the token set what the value conflicts with, and not a hop before
}

func (e *ValueError) Error() string { return fmt.Sprintf("%s %s", e.Parameter, e.Problem) }

// PartitionError is a Region outside the role's partition, or a missing Region for a partition without a known home
// Region. Nothing was sent.
type PartitionError struct {
	Partition       string // the role's
	HomeRegion      string // of Partition; empty if Partition is unknown
	Region          string // empty if none is set
	RegionOrigin    origin.Origin
	RegionPartition string
}

func (e *PartitionError) Error() string {
	return fmt.Sprintf("the role's partition is %s, the Region is %q", e.Partition, e.Region)
}

// AccountError is a role outside the allowed accounts. Nothing was sent.
type AccountError struct {
	Hop     int    // the number of the hop that assumes the role, from 1; 0 for the exchange
	HasHops bool   // the request has hops
	RoleARN string // as it can be shown
	Secret  bool   // RoleARN might be a secret, so the line of the configuration must not be shown
	Allowed []string
}

func (e *AccountError) Error() string {
	return "the role's account isn't one of " + strings.Join(e.Allowed, ", ")
}

// AudienceError is a token, or a request for one, whose audience isn't allowed. The token was sent nowhere, and the
// request wasn't made.
type AudienceError struct {
	Kind     AudienceKind
	Audience string // the one that isn't allowed; empty for the other kinds
	Allowed  []string
}

// AudienceKind is what is wrong with an audience.
type AudienceKind string

// The kinds of AudienceError.
const (
	AudienceRequested AudienceKind = "the requested audience isn't allowed"
	AudienceClaimed   AudienceKind = "the token is for an audience that isn't allowed"
	AudienceMissing   AudienceKind = "the token has no audience, or one that isn't text"
	AudienceOpaque    AudienceKind = "the token isn't a JWT, so its audience isn't known"
)

func (e *AudienceError) Error() string { return string(e.Kind) }

// AmbientTokenError is the token of the environment, which is meant for AWS, and an endpoint that isn't AWS's. Nothing
// was sent.
type AmbientTokenError struct {
	Destination Destination
}

func (e *AmbientTokenError) Error() string {
	return "the environment's token isn't sent to an endpoint that isn't AWS's"
}

// EndpointRulesError is a combination of settings for which AWS has no endpoint, such as FIPS in some partitions.
type EndpointRulesError struct {
	Reason string // the SDK's; it can be shown
}

func (e *EndpointRulesError) Error() string { return e.Reason }

// SharedConfigProblem is what is wrong with the AWS shared configuration.
type SharedConfigProblem int

// The kinds of SharedConfigError.
const (
	SharedConfigOther             SharedConfigProblem = iota // as SharedConfigError.Reason has it
	SharedConfigTooSlow                                      // reading it took longer than loadTimeout
	SharedConfigInterrupted                                  // the run was interrupted while it was read
	SharedConfigUnreadable                                   // SharedConfigError.Path, Reason
	SharedConfigNoProfile                                    // SharedConfigError.Missing is in none of the files
	SharedConfigNoReferredProfile                            // so is SharedConfigError.Missing, which Profile refers to
)

// SharedConfigError is an error of the SDK about its environment variables or the shared configuration files.
type SharedConfigError struct {
	Problem  SharedConfigProblem
	Profile  string // as it can be shown
	Missing  string // as it can be shown
	Variable string // that names Profile; empty if none does
	Path     string // as it can be shown
	Reason   string // as it can be shown
}

func (e *SharedConfigError) Error() string {
	return "the AWS shared configuration can't be used: " + e.Reason
}
