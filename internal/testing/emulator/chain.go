package emulator

import (
	"strings"
	"time"
)

// maxChainedDuration is the limit for a session whose caller is a session, too. The role's own maximum is never lower.
const maxChainedDuration = time.Hour

// assumeRole answers the action of that name. The caller is always a role session, because the emulator has no users.
func (s *Server) assumeRole(c *call) (any, *refusal) {
	if c.request.Header.Get("Authorization") == "" {
		s.reportUnexpected("%s isn't signed: want a request signed with credentials", actionAssumeRole)
	}
	caller, refused := s.authenticate(c)
	if refused != nil {
		return nil, refused
	}
	parameters, refused := s.readChainParameters(c.form)
	if refused != nil {
		return nil, refused
	}
	account, err := parseRoleARN(parameters.roleARN)
	if err != nil || account.partition != s.partition() {
		return nil, validationError("Request ARN is invalid")
	}
	claims, refused := chainedClaims(parameters, caller)
	if refused != nil {
		return nil, refused
	}
	assumed, refused := s.authorizeChain(parameters, caller, account, claims)
	if refused != nil {
		return nil, refused
	}
	limits, refused := readSessionPolicies(&parameters.assumeParameters, account)
	if refused != nil {
		return nil, refused
	}
	// AWS's documentation says that the size is that of the tags that the request passes. Inherited tags don't count.
	packed, refused := packPolicies(&parameters.assumeParameters, parameters.requestedTags())
	if refused != nil {
		return nil, refused
	}
	duration, refused := chainedDuration(parameters, assumed)
	if refused != nil {
		return nil, refused
	}
	issued := s.issue(assumed, &parameters.assumeParameters, claims, limits, c.now.Add(duration))
	return chainResponse(c, issued, packed), nil
}

// chainedClaims are the tags and the source identity of the new session. The caller's session passes on its transitive
// tags and its source identity, and the request can't change them.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
func chainedClaims(p *chainParameters, caller *session) (sessionClaims, *refusal) {
	claims := sessionClaims{tags: p.requestedTags(), sourceIdentity: caller.claims.sourceIdentity}
	for _, inherited := range caller.claims.transitive {
		if _, ok := tagKey(claims.tags, inherited); ok {
			return claims, badRequest("InvalidParameterValue", "One of the specified transitive tag keys can't be set "+
				"because it conflicts with a transitive tag key from the calling session.")
		}
	}
	for _, requested := range p.transitiveKeys {
		key, ok := tagKey(claims.tags, requested)
		if !ok {
			return claims, badRequest("InvalidParameterValue",
				"The specified transitive tag key must be included in the requested tags.")
		}
		claims.transitive = append(claims.transitive, key)
	}
	for _, inherited := range caller.claims.transitive {
		claims.tags[inherited] = caller.claims.tags[inherited]
		claims.transitive = append(claims.transitive, inherited)
	}
	if p.sourceIdentity != nil {
		if claims.sourceIdentity != "" && claims.sourceIdentity != *p.sourceIdentity {
			// AWS doesn't document this. The code and the message are from one report of a real call.
			return claims, validationError("The source identity is already set for this assume role session")
		}
		claims.sourceIdentity = *p.sourceIdentity
	}
	return claims, nil
}

// tagKey is the key of a tag as the tags have it. Keys aren't case-sensitive.
func tagKey(tags map[string]string, name string) (key string, ok bool) {
	for key := range tags {
		if strings.EqualFold(key, name) {
			return key, true
		}
	}
	return "", false
}

func chainedDuration(p *chainParameters, assumed *role) (time.Duration, *refusal) {
	duration := defaultSessionDuration
	if p.duration != nil {
		duration = time.Duration(*p.duration) * time.Second
	}
	if duration > maxChainedDuration {
		return 0, validationError("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed" +
			" by role chaining.")
	}
	if assumed.sessionLifetime > 0 {
		duration = assumed.sessionLifetime
	}
	return duration, nil
}

func chainResponse(c *call, issued *session, packedPercent int) assumeRoleResponse {
	return assumeRoleResponse{
		XMLNS: xmlNamespace,
		Result: assumeRoleResult{
			AssumedRoleUser:         assumedRoleUser{Arn: issued.arn, AssumedRoleID: issued.userID},
			Credentials:             newCredentials(issued),
			SourceIdentity:          issued.claims.sourceIdentity,
			PackedPolicySize:        packedPercent,
			SessionTokenSize:        len(issued.sessionToken),
			SessionTokenUtilization: percentage(len(issued.sessionToken), maxSessionTokenSize),
		},
		Metadata: responseMetadata{RequestID: c.requestID},
	}
}
