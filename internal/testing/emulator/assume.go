package emulator

import (
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

const notAuthorized = "Not authorized to perform %s"

// assumeRoleWithWebIdentity answers the action of that name.
func (s *Server) assumeRoleWithWebIdentity(c *call) (any, *refusal) {
	if refused := s.checkUnsigned(c); refused != nil {
		return nil, refused
	}
	parameters, refused := s.readAssumeParameters(c.form)
	if refused != nil {
		return nil, refused
	}
	account, err := parseRoleARN(parameters.roleARN)
	if err != nil || account.partition != s.partition() {
		return nil, validationError("Request ARN is invalid")
	}
	who, refused := s.identify(c.request.Context(), parameters, account, c.now)
	if refused != nil {
		return nil, refused
	}
	assumed, refused := s.authorize(parameters, who)
	if refused != nil {
		return nil, refused
	}
	limits, refused := readSessionPolicies(parameters, account)
	if refused != nil {
		return nil, refused
	}
	packed, refused := packPolicies(parameters, who.session.tags)
	if refused != nil {
		return nil, refused
	}
	duration, refused := sessionDuration(parameters, assumed)
	if refused != nil {
		return nil, refused
	}
	issued := s.issue(assumed, parameters, who.session, limits, c.now.Add(duration))
	return assumeResponse(c, who, issued, packed), nil
}

// checkUnsigned: the call is anonymous. AWS checks a signature that is there
// nevertheless, and so does this.
func (s *Server) checkUnsigned(c *call) *refusal {
	header := c.request.Header
	if header.Get("Authorization") == "" && header.Get(securityTokenHeader) == "" {
		return nil
	}
	s.reportUnexpected(
		"%s is signed or has a session token: want an anonymous request",
		actionAssumeRoleWithWebIdentity,
	)
	_, refused := s.authenticate(c)
	return refused
}

// authorize asks the role's trust policy. A role that doesn't exist isn't told
// from one that doesn't trust the token.
func (s *Server) authorize(parameters *assumeParameters, who *identity) (*role, *refusal) {
	s.mu.Lock()
	assumed := s.roles[parameters.roleARN]
	s.mu.Unlock()
	if assumed == nil {
		return nil, forbidden("AccessDenied", notAuthorized, trustpolicy.AssumeRoleWithWebIdentity)
	}
	who.request.Keys["sts:RoleSessionName"] = []string{parameters.sessionName}
	for _, action := range who.session.actions(trustpolicy.AssumeRoleWithWebIdentity) {
		if assumed.trust.EvaluateAction(who.request, action).Outcome != trustpolicy.Allowed {
			return nil, forbidden("AccessDenied", notAuthorized, action)
		}
	}
	return assumed, nil
}

func sessionDuration(parameters *assumeParameters, assumed *role) (time.Duration, *refusal) {
	duration := defaultSessionDuration
	if parameters.duration != nil {
		duration = time.Duration(*parameters.duration) * time.Second
	}
	if duration > assumed.maxDuration {
		return 0, validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if assumed.sessionLifetime > 0 {
		duration = assumed.sessionLifetime
	}
	return duration, nil
}

func assumeResponse(c *call, who *identity, issued *session, packedPercent int) assumeRoleWithWebIdentityResponse {
	return assumeRoleWithWebIdentityResponse{
		XMLNS: xmlNamespace,
		Result: assumeRoleWithWebIdentityResult{
			SubjectFromWebIdentityToken: who.subject,
			Audience:                    who.audience,
			AssumedRoleUser:             assumedRoleUser{Arn: issued.arn, AssumedRoleID: issued.userID},
			Credentials:                 newCredentials(issued),
			Provider:                    who.provider,
			SourceIdentity:              who.session.sourceIdentity,
			PackedPolicySize:            packedPercent,
			SessionTokenSize:            len(issued.sessionToken),
			SessionTokenUtilization:     percentage(len(issued.sessionToken), maxSessionTokenSize),
		},
		Metadata: responseMetadata{RequestID: c.requestID},
	}
}
