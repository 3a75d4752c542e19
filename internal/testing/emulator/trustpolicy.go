package emulator

import "encoding/json"

// policyVersion is the version of the policy language that has variables.
const policyVersion = "2012-10-17"

// TrustPolicy is the JSON of a trust policy that lets the issuer's tokens assume
// a role of the account, in the partition aws. equals and like hold claims (sub
// and aud, say) to values, by StringEquals and by StringLike; either may be nil.
// furtherActions are allowed besides AssumeRoleWithWebIdentity: sts:TagSession,
// for one. An issuer that is built in (https://accounts.google.com) is named by
// its host.
func TrustPolicy(account, issuerURL string, equals, like map[string]string, furtherActions ...string) string {
	principal, prefix := OIDCProviderARN(account, issuerURL), withoutScheme(issuerURL)
	if host := builtInProviders[issuerURL]; host != "" {
		principal, prefix = host, host
	}
	conditions := map[string]map[string]string{}
	for operator, claims := range map[string]map[string]string{"StringEquals": equals, "StringLike": like} {
		for claim, value := range claims {
			if conditions[operator] == nil {
				conditions[operator] = map[string]string{}
			}
			conditions[operator][prefix+":"+claim] = value
		}
	}
	return policyDocument(map[string]any{
		"Effect":    "Allow",
		"Principal": map[string]any{"Federated": principal},
		"Action":    append([]string{"sts:" + actionAssumeRoleWithWebIdentity}, furtherActions...),
		"Condition": conditions,
	})
}

// ChainTrustPolicy is the JSON of a trust policy that lets a principal of the kind AWS assume a role: the ARN of a role
// or of a session, an account's root ARN or ID, or "*". The conditions are values by operator and condition key. They
// may be nil. A further action has a statement without these conditions, because most keys don't exist for it.
func ChainTrustPolicy(principal string, conditions map[string]map[string]string, furtherActions ...string) string {
	if conditions == nil {
		conditions = map[string]map[string]string{}
	}
	allow := func(action string) map[string]any {
		return map[string]any{"Effect": "Allow", "Principal": map[string]any{"AWS": principal}, "Action": action}
	}
	first := allow("sts:" + actionAssumeRole)
	first["Condition"] = conditions
	statements := []map[string]any{first}
	for _, action := range furtherActions {
		statements = append(statements, allow(action))
	}
	return policyDocument(statements...)
}

// AssumeRolePermissions is the JSON of an identity-based policy, for Role.Permissions, that lets a role's sessions
// assume the role of the ARN, in which * and ? are wildcards. furtherActions are allowed in addition to sts:AssumeRole.
func AssumeRolePermissions(roleARN string, furtherActions ...string) string {
	return policyDocument(map[string]any{
		"Effect":   "Allow",
		"Action":   append([]string{"sts:" + actionAssumeRole}, furtherActions...),
		"Resource": roleARN,
	})
}

// policyDocument is the JSON of a policy.
func policyDocument(statements ...map[string]any) string {
	text, err := json.MarshalIndent(map[string]any{
		"Version":   policyVersion,
		"Statement": statements,
	}, "", "  ")
	if err != nil {
		// Strings alone: this can't be.
		panic(err)
	}
	return string(text)
}
