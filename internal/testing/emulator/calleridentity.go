package emulator

// getCallerIdentity answers the action of that name, which needs no permission:
// it says whose credentials signed the request.
func (s *Server) getCallerIdentity(c *call) (any, *refusal) {
	caller, refused := s.authenticate(c)
	if refused != nil {
		return nil, refused
	}
	return getCallerIdentityResponse{
		XMLNS:    xmlNamespace,
		Result:   getCallerIdentityResult{Arn: caller.arn, UserID: caller.userID, Account: caller.account},
		Metadata: responseMetadata{RequestID: c.requestID},
	}, nil
}
