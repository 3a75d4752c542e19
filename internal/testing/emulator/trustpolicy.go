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
	text, err := json.MarshalIndent(map[string]any{
		"Version": policyVersion,
		"Statement": []any{map[string]any{
			"Effect":    "Allow",
			"Principal": map[string]any{"Federated": principal},
			"Action":    append([]string{"sts:" + actionAssumeRoleWithWebIdentity}, furtherActions...),
			"Condition": conditions,
		}},
	}, "", "  ")
	if err != nil {
		// Strings alone: this can't be.
		panic(err)
	}
	return string(text)
}
