package assumerole

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// Result is what STS answered. What it left out, or sent empty, is nil.
type Result struct {
	Credentials                 Credentials
	AssumedRoleARN              *string // AssumedRoleUser.Arn
	AssumedRoleID               *string // AssumedRoleUser.AssumedRoleId
	SubjectFromWebIdentityToken *string
	Audience                    *string
	Provider                    *string
	SourceIdentity              *string
	PackedPolicySize            *int32 // percent
	SessionTokenSize            *int32 // bytes
	SessionTokenUtilization     *int32 // percent
	RequestID                   string

	obtained time.Time // when the answer came
}

// ofChain is the result of the last hop with what the exchange, the first result, says about the token.
func (r Result) ofChain(first *Result) *Result {
	r.SubjectFromWebIdentityToken = first.SubjectFromWebIdentityToken
	r.Audience = first.Audience
	r.Provider = first.Provider
	return &r
}

// Credentials are temporary. The secret ones redact themselves.
type Credentials struct {
	AccessKeyID     secret.Text
	SecretAccessKey secret.Text
	SessionToken    secret.Text
	Expiration      *time.Time // in UTC
}

// newResult checks every pointer of an answer: one that is empty, or of another service, is no error to the SDK.
func newResult(output *sts.AssumeRoleWithWebIdentityOutput, text serverText) (*Result, error) {
	credentials := output.Credentials
	if credentials == nil {
		return nil, &AnswerError{Kind: AnswerNoCredentials}
	}
	if none(credentials.AccessKeyId) || none(credentials.SecretAccessKey) || none(credentials.SessionToken) {
		return nil, &AnswerError{Kind: AnswerPartialCredentials}
	}
	if credentials.Expiration != nil && !credentials.Expiration.After(time.Now().Add(-maxClockSkew)) {
		return nil, &AnswerError{Kind: AnswerExpired, Expiration: credentials.Expiration.UTC()}
	}
	secretKey, sessionToken := secret.New(*credentials.SecretAccessKey), secret.New(*credentials.SessionToken)
	text.secrets = append(slices.Clone(text.secrets), secretKey, sessionToken) // none of them is in another member
	user := output.AssumedRoleUser
	if user == nil {
		user = &types.AssumedRoleUser{}
	}
	requestID, _ := middleware.GetRequestIDMetadata(output.ResultMetadata)
	return &Result{
		Credentials: Credentials{
			AccessKeyID:     secret.New(*credentials.AccessKeyId),
			SecretAccessKey: secretKey,
			SessionToken:    sessionToken,
			Expiration:      inUTC(credentials.Expiration),
		},
		AssumedRoleARN:              text.result(user.Arn),
		AssumedRoleID:               text.result(user.AssumedRoleId),
		SubjectFromWebIdentityToken: text.result(output.SubjectFromWebIdentityToken),
		Audience:                    text.result(output.Audience),
		Provider:                    text.result(output.Provider),
		SourceIdentity:              text.result(output.SourceIdentity),
		PackedPolicySize:            output.PackedPolicySize,
		SessionTokenSize:            output.SessionTokenSize,
		SessionTokenUtilization:     output.SessionTokenUtilization,
		RequestID:                   text.requestID(requestID),
		obtained:                    time.Now(),
	}, nil
}

// maxClockSkew is how wrong this machine's clock may be before good credentials are taken for expired ones: as much as
// SigV4 allows.
const maxClockSkew = 15 * time.Minute

// input makes the API's input, all but the token.
func (r Request) input() (*sts.AssumeRoleWithWebIdentityInput, error) {
	if err := CheckRoleSessionName(r.RoleSessionName, r.RoleSessionNameOrigin); err != nil {
		return nil, err
	}
	policy, err := compacted(r.Policy)
	if err != nil {
		return nil, err
	}
	return &sts.AssumeRoleWithWebIdentityInput{
		RoleArn:                 aws.String(r.RoleARN),
		RoleSessionName:         aws.String(r.RoleSessionName),
		ProviderId:              nonEmpty(&r.ProviderID),
		DurationSeconds:         nonZero(r.DurationSeconds),
		MinimumSessionTokenSize: nonZero(r.MinimumSessionTokenSize),
		Policy:                  policy,
		PolicyArns:              policyARNs(r.PolicyARNs),
	}, nil
}

// policyARNs are in order, so that equal sets are equal.
func policyARNs(arns []string) []types.PolicyDescriptorType {
	var descriptors []types.PolicyDescriptorType
	for _, policyARN := range slices.Sorted(slices.Values(arns)) {
		descriptors = append(descriptors, types.PolicyDescriptorType{Arn: aws.String(policyARN)})
	}
	return descriptors
}

// compacted is a session policy as it is sent, or nil if there is none.
func compacted(policy string) (*string, error) {
	if policy == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	compact, err := CompactPolicy(policy)
	if err != nil {
		return nil, err
	}
	return &compact, nil
}

func none(value *string) bool { return value == nil || strings.TrimSpace(*value) == "" }

func nonEmpty(value *string) *string {
	if none(value) {
		return nil
	}
	return value
}

func nonZero(value int32) *int32 {
	if value == 0 {
		return nil
	}
	return &value
}

func inUTC(value *time.Time) *time.Time {
	if value == nil {
		return nil
	}
	utc := value.UTC()
	return &utc
}
