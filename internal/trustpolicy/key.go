package trustpolicy

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// keyClaims are the condition keys of an issuer, without the issuer, each with the claim that IAM takes its value
// from.
type keyClaims map[string]string

// claim is the claim of a key. The names of keys aren't case-sensitive.
func (k keyClaims) claim(name string) (claim string, ok bool) {
	for known, claim := range k {
		if strings.EqualFold(known, name) {
			return claim, true
		}
	}
	return "", false
}

// defaultKeys are the keys of every issuer that has no other ones. The key aud has the claim azp, if the token has
// one.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
var defaultKeys = keyClaims{"amr": "amr", "aud": "aud", "email": "email", "oaud": "aud", "sub": "sub"}

// cognitoKeys are the keys of Cognito. The key aud has the claim aud, with or without azp.
var cognitoKeys = keyClaims{"amr": "amr", "aud": "aud", "oaud": "aud", "sub": "sub"}

// otherKeys are the keys of the issuers that have other ones than defaultKeys.
var otherKeys = map[Issuer]keyClaims{
	Amazon:   {"app_id": "app_id", "user_id": "user_id", "sub": "user_id"},
	Facebook: {"app_id": "app_id", "id": "id"},
}

// issuerKeys are the keys of the issuers that match.
type issuerKeys struct {
	issuer *regexp.Regexp
	names  []string
}

// furtherKeys are keys that some issuers have besides defaultKeys. Only the partition aws has them. The patterns are
// compiled when a policy is evaluated for the first time: most processes of a run evaluate none.
//
// https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
var furtherKeys = sync.OnceValue(func() []issuerKeys {
	return []issuerKeys{
		{
			issuer: regexp.MustCompile(
				`^(?:token\.actions\.githubusercontent\.com(?:/.+)?|token\.actions\.[^./]+\.ghe\.com|` +
					`github\.com/enterprises/[^/]+)$`,
			),
			names: []string{
				"actor",
				"actor_id",
				"enterprise_id",
				"environment",
				"job_workflow_ref",
				"ref",
				"repository",
				"repository_id",
				"repository_owner_id",
				"workflow",
			},
		},
		{
			issuer: regexp.MustCompile(`^gitlab\.com$`),
			names: []string{
				"namespace_id", "pipeline_source", "project_id", "ref_protected", "runner_environment",
				"user_access_level",
				"user_email", "user_id", "user_login",
			},
		},
		{
			issuer: regexp.MustCompile(`^agent\.(?:buildkite\.com|[^./]+\.buildkite\.(?:dev|site))$`),
			names: []string{
				"build_branch", "cluster_id", "cluster_name", "organization_id", "organization_slug", "pipeline_id",
				"pipeline_slug",
			},
		},
		{
			issuer: regexp.MustCompile(`^oidc\.circleci\.com/org/[^/]+$`),
			names:  []string{"oidc.circleci.com/project-id"},
		},
		{issuer: regexp.MustCompile(`^idcs-[^./]+\.identity\.oraclecloud\.com$`), names: []string{"rpst_id"}},
		{issuer: regexp.MustCompile(`^accounts\.google\.com$`), names: []string{organizationNumber}},
	}
})

// organizationNumber is a key of Google. AWS's documentation says that its claim is google:organization_number.
// Google's documentation has the number in the claim google.
const organizationNumber = "google/organization_number"

// keysOf are the condition keys of an issuer in a partition.
func keysOf(issuer Issuer, partition string) keyClaims {
	if issuer.isCognito() {
		return cognitoKeys
	}
	if keys, ok := otherKeys[issuer]; ok {
		return keys
	}
	keys := maps.Clone(defaultKeys)
	for _, further := range furtherKeys() {
		if partition != "aws" || !further.issuer.MatchString(string(issuer)) {
			continue
		}
		for _, name := range further.names {
			keys[name] = strings.Replace(name, "google/", "google:", 1)
		}
	}
	return keys
}

// ClaimsOf are the claims of a token that its issuer's condition keys come from, and those of session tags and the
// source identity.
func ClaimsOf(issuer Issuer, partition string, claims map[string]any) map[string]any {
	used := map[string]any{}
	names := slices.Collect(maps.Values(keysOf(issuer, partition)))
	for name, value := range claims {
		if slices.Contains(names, name) || name == "azp" || name == "iss" || name == sourceIdentityClaim ||
			name == tagsClaim || strings.HasPrefix(name, tagsClaim+"/") {
			used[name] = value
		}
	}
	return used
}

// keyValue is what a request has for a condition key. A key that the request lacks has no values.
type keyValue struct {
	values []string
	oneOf  bool   // IAM takes one of the values, and the token doesn't show which one
	reason string // why the value isn't known: a sentence; empty if it is known
}

func (v keyValue) isUnknown() bool { return v.reason != "" }

// tokenKeys are the values of the condition keys that come from claims, by the name of the key in lower case.
func tokenKeys(issuer Issuer, partition string, claims map[string]any) map[string]keyValue {
	values := map[string]keyValue{}
	for name, claim := range keysOf(issuer, partition) {
		if party := claims["azp"]; party != nil && party != "" && name == "aud" && !issuer.isCognito() {
			claim = "azp"
		}
		value := claimValue(claim, claims[claim])
		value.oneOf = name == "aud" && len(value.values) > 1
		if _, ok := claims["google"].(map[string]any); ok && name == organizationNumber && len(value.values) == 0 {
			value.reason = "The documentation of AWS doesn't say whether IAM reads the token's claim google."
		}
		values[strings.ToLower(issuer.Key(name))] = value
	}
	maps.Copy(values, sessionKeys(claims))
	return values
}

// claimValue is the value of a claim: a string, or a list of them.
func claimValue(name string, claim any) keyValue {
	if claim == nil {
		return keyValue{}
	}
	if number, ok := claim.(json.Number); ok && strings.HasSuffix(name, "organization_number") {
		return keyValue{values: []string{number.String()}}
	}
	values, ok := texts(claim)
	if !ok {
		return keyValue{
			reason: "The token's claim " + name + " isn't a string, and the documentation of AWS doesn't say " +
				"how IAM compares it.",
		}
	}
	return keyValue{values: values}
}

// sessionKeys are the keys for the session tags and the source identity that the token requests. There are two forms
// of tags: one claim with an object, or a claim for each tag.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
func sessionKeys(claims map[string]any) map[string]keyValue {
	values := map[string]keyValue{}
	tags, transitive := map[string]any{}, claims[tagsClaim+"/transitive_tag_keys"]
	if nested, ok := claims[tagsClaim].(map[string]any); ok {
		transitive = nested["transitive_tag_keys"]
		if principalTags, ok := nested["principal_tags"].(map[string]any); ok {
			maps.Copy(tags, principalTags)
		}
	}
	for claim, value := range claims {
		if tag, ok := strings.CutPrefix(claim, tagsClaim+"/principal_tags/"); ok {
			tags[tag] = value
		}
	}
	for tag, value := range tags {
		key := "aws:requesttag/" + strings.ToLower(tag)
		if _, ok := values[key]; ok {
			values[key] = keyValue{reason: "The token has several tags whose names differ only in case."}
			continue
		}
		values[key] = claimValue(tag, value)
	}
	values["aws:tagkeys"] = keyValue{values: slices.Sorted(maps.Keys(tags))}
	values["sts:transitivetagkeys"] = claimValue("transitive_tag_keys", transitive)
	values["sts:sourceidentity"] = claimValue(sourceIdentityClaim, claims[sourceIdentityClaim])
	return values
}

// callKeys are keys whose values depend on the call, and not on the token. All global keys do, except those for tags.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var callKeys = regexp.MustCompile(`^(?i:aws:.+|iam:.+|sts:RoleSessionName|sts:RoleAuthorizedByIdp)$`)

// isService reports whether the prefix of a condition key is AWS or one of its services, and not an issuer.
func (i Issuer) isService() bool {
	return slices.Contains([]string{"aws", "iam", "sts"}, strings.ToLower(string(i)))
}

var (
	tagKeys          = regexp.MustCompile(`^(?i:aws:RequestTag/.+|aws:TagKeys)$`)
	principalTagKeys = regexp.MustCompile(`^(?i:aws:PrincipalTag/.+)$`)
)

// splitKey splits a condition key into the issuer, or the prefix of a service, and the name of the key. The key of a
// tag can have further colons.
func splitKey(key string) (issuer Issuer, name string) {
	if prefix, rest, _ := strings.Cut(key, ":"); Issuer(prefix).isService() {
		return Issuer(prefix), rest
	}
	colon := strings.LastIndexByte(key, ':')
	return Issuer(key[:max(colon, 0)]), key[colon+1:]
}
