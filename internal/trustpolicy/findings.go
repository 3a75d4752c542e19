package trustpolicy

import (
	"fmt"
)

// Severity says how serious a finding is.
type Severity string

// The severities. An error can't work. The others are too wide.
const (
	SeverityError  Severity = "error"
	SeverityHigh   Severity = "high"
	SeverityMedium Severity = "medium"
	SeverityLow    Severity = "low"
)

// Finding is something in a policy that is dangerous or can't work.
type Finding struct {
	Rule      string // the name of the rule, which doesn't change
	Severity  Severity
	Statement int // its index in the document, starting at 0
	Sid       string
	Message   string
	Fix       string
	Source    string // a URL
}

// rule finds one mistake.
type rule struct {
	name     string
	severity Severity
	check    func(review) []string // what is wrong, once for each finding
	message  string                // %s stands for what is wrong
	fix      string
	source   string
}

// Pages that are the source of several rules.
const (
	oidcRolePage  = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html"
	keysPage      = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html"
	operatorsPage = "https://docs.aws.amazon.com/IAM/latest/UserGuide/" +
		"reference_policies_elements_condition_operators.html"
	setsPage = "https://docs.aws.amazon.com/IAM/latest/UserGuide/" +
		"reference_policies_condition-single-vs-multi-valued-context-keys.html"
	cognitoPage = "https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html"
	gitHubPage  = "https://docs.github.com/en/actions/reference/security/oidc"
)

// rules are in the order of the findings about a statement.
var rules = []rule{
	{
		name:     "unknown-condition-key",
		severity: SeverityError,
		check:    review.unknownKeys,
		message:  "%s",
		fix:      "Check the spelling. Use a condition key that the message lists.",
		source:   keysPage + "#condition-keys-wif",
	},
	{
		name:     "scheme-in-condition-key",
		severity: SeverityError,
		check:    review.keysWithScheme,
		message:  "The condition key %s never matches, because it starts with a scheme.",
		fix:      "Remove https:// from the condition key.",
		source:   keysPage + "#condition-keys-wif",
	},
	{
		name:     "issuer-mismatch",
		severity: SeverityError,
		check:    review.foreignKeys,
		message: "The statement never matches, because the condition key %s has a different issuer from the " +
			"principal or from another condition key.",
		fix: "Use the same issuer in the principal and in the condition keys. Write one statement for each issuer. " +
			"Keep the issuer's path and trailing slash.",
		source: oidcRolePage,
	},
	{
		name:     "wrong-action",
		severity: SeverityError,
		check:    review.wrongActions,
		message:  "A token can't use the role with %s.",
		fix:      "Use the action " + AssumeRoleWithWebIdentity + ".",
		source:   oidcRolePage,
	},
	{
		name:     "wildcard-under-equals",
		severity: SeverityError,
		check:    review.wildcardsUnderEquals,
		message:  "%s has a wildcard, and the operator compares it as a character.",
		fix:      "Use StringLike for wildcards. If the value has the character itself, write ${*} or ${?}.",
		source:   operatorsPage + "#Conditions_String",
	},
	{
		name:     "arn-operator",
		severity: SeverityError,
		check:    review.arnOperators,
		message:  "%s compares ARNs, and the claims of a token aren't ARNs.",
		fix:      "Use StringEquals or StringLike.",
		source:   operatorsPage + "#Conditions_ARN",
	},
	{
		name:     "variable-without-version",
		severity: SeverityError,
		check:    review.variablesWithoutVersion,
		message:  "%s has a policy variable, and the version of the policy has no variables.",
		fix:      "Set Version to " + variablesVersion + ".",
		source:   "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
	},
	{
		name:     "mistyped-audience",
		severity: SeverityError,
		check:    review.mistypedAudiences,
		message:  "The audience %s looks like a typo of sts.amazonaws.com.",
		fix:      "Use sts.amazonaws.com in the policy, in the IAM OIDC provider, and in the request for the token.",
		source:   oidcRolePage,
	},
	{
		name:     "public-principal",
		severity: SeverityHigh,
		check:    review.publicPrincipal,
		message:  "The principal %s allows the tokens of every identity provider in the account.",
		fix:      "Name one identity provider in a Federated principal.",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html" +
			"#principal-anonymous",
	},
	{
		name:     "no-subject-condition",
		severity: SeverityHigh,
		check:    review.missingSubject,
		message: "No condition restricts the subject of tokens from %s. Everyone who can get a token from the issuer " +
			"can use the role.",
		fix:    "Add a condition on the key sub that names one repository, project, or service account.",
		source: oidcRolePage,
	},
	{
		name:     "wildcard-over-organization",
		severity: SeverityHigh,
		check:    review.wholeOrganizations,
		message:  "%s matches more than one repository, project, or service account.",
		fix: "Write the whole name of the organization, and of the repository, project, or service account. Use " +
			"wildcards only after the name.",
		source: gitHubPage,
	},
	{
		name:     "for-all-values",
		severity: SeverityHigh,
		check:    review.forAllValues,
		message:  "%s also matches a token that doesn't have the key.",
		fix:      "Use ForAnyValue:, or no set operator if the key has one value.",
		source:   setsPage,
	},
	{
		name:     "if-exists",
		severity: SeverityHigh,
		check:    review.ifExists,
		message:  "%s also matches a token that doesn't have the claim.",
		fix:      "Remove IfExists from the operator.",
		source:   operatorsPage + "#Conditions_IfExists",
	},
	{
		name:     "built-in-no-audience",
		severity: SeverityHigh,
		check:    review.missingApplication,
		message: "No condition restricts the audience of tokens from %s. IAM has no audiences for this issuer. " +
			"Tokens for every application can use the role.",
		fix:    "Add a condition on the key aud or oaud (Google), or app_id (Amazon and Facebook).",
		source: oidcRolePage,
	},
	{
		name:     "cognito-no-audience",
		severity: SeverityHigh,
		check:    review.missingPool,
		message: "No condition restricts the identity pool of tokens from %s. The pools of every account can use the " +
			"role.",
		fix:    "Add a condition on the key aud, with the ID of the identity pool.",
		source: cognitoPage,
	},
	{
		name:     "no-audience-condition",
		severity: SeverityMedium,
		check:    review.missingAudience,
		message:  "No condition restricts the audience of tokens from %s. Tokens for other services can use the role.",
		fix:      "Add a condition on the key aud.",
		source:   oidcRolePage,
	},
	{
		name:     "wildcard-over-refs",
		severity: SeverityMedium,
		check:    review.allRefs,
		message:  "%s.",
		fix:      "Name one branch or one environment in the condition on sub.",
		source:   gitHubPage,
	},
	{
		name:     "pull-requests",
		severity: SeverityMedium,
		check:    review.pullRequests,
		message:  "%s matches the runs of pull requests or merge requests, whose code nobody has reviewed.",
		fix:      "Name a branch or an environment in the condition on sub. Use another role for pull requests.",
		source:   gitHubPage,
	},
	{
		name:     "wildcard-before-end",
		severity: SeverityMedium,
		check:    review.wildcardsBeforeEnd,
		message:  "%s has a * before its end. It matches any text there, including the separators between the parts.",
		fix:      "Write the value in full, and use * only at its end.",
		source:   operatorsPage + "#Conditions_String",
	},
	{
		name:     "default-service-account",
		severity: SeverityMedium,
		check:    review.defaultServiceAccounts,
		message:  "%s matches the account of every pod in the namespace that doesn't name a service account.",
		fix:      "Create a service account for the workload.",
		source:   "https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts",
	},
	{
		name:     "cognito-guests",
		severity: SeverityMedium,
		check:    review.guests,
		message:  "Guests of the identity pool of %s can use the role. They don't log in.",
		fix:      "Add a condition with ForAnyValue:StringEquals on the key amr, with the value authenticated.",
		source:   cognitoPage,
	},
	{
		name:     "names-without-ids",
		severity: SeverityLow,
		check:    review.namesWithoutIDs,
		message:  "%s has only names. Somebody else can take over a name after a rename or a deletion.",
		fix: "Add a condition on the key with the ID: repository_id (GitHub), project_id (GitLab), or pipeline_id " +
			"(Buildkite).",
		source: keysPage + "#condition-keys-wif",
	},
}

// Rules are the rules in their order. They have neither a place nor a message.
func Rules() []Finding {
	all := make([]Finding, 0, len(rules))
	for _, rule := range rules {
		all = append(all, Finding{Rule: rule.name, Severity: rule.severity, Fix: rule.fix, Source: rule.source})
	}
	return all
}

// Findings are what is dangerous in the policy or can't work. They are only about web identities.
func (p *Policy) Findings() []Finding {
	var findings []Finding
	for _, statement := range p.statements {
		review := newReview(p, statement)
		neverMatches := review.neverMatches()
		for _, rule := range rules {
			if rule.severity != SeverityError && neverMatches {
				continue // what matches nothing isn't too wide
			}
			for _, wrong := range rule.check(review) {
				findings = append(findings, Finding{
					Rule: rule.name, Severity: rule.severity, Statement: statement.index, Sid: statement.sid,
					Message: fmt.Sprintf(rule.message, wrong), Fix: rule.fix, Source: rule.source,
				})
			}
		}
	}
	return findings
}
