package trustpolicy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Note is something to consider before a statement is used.
type Note string

// Notes about a subject of which the statement names only a part, or several values.
const (
	BuildkiteCommit         Note = "buildkite-commit"
	BitbucketDeploymentStep Note = "bitbucket-deployment-step"
	BitbucketStep           Note = "bitbucket-step"
	CircleCIBranch          Note = "circleci-branch"
	TerraformRunPhase       Note = "terraform-run-phase"
	TerraformStackOperation Note = "terraform-stack-operation"
	SpaceliftScope          Note = "spacelift-scope"
)

// Notes about who else gets such a token.
const (
	UnreviewedCode        Note = "unreviewed-code"
	UnprotectedRef        Note = "unprotected-ref"       // of GitLab
	AzureDevOpsPipeline   Note = "azure-devops-pipeline" // every branch and every pull request
	DefaultServiceAccount Note = "default-service-account"
	GoogleParty           Note = "google-party" // :aud is azp, and :oaud is aud
	GoogleAudience        Note = "google-audience"
	CognitoPool           Note = "cognito-pool"
	OtherParty            Note = "other-party" // HasOtherParty
	SeveralAudiences      Note = "several-audiences"
	WholeRepository       Note = "whole-repository" // every branch and every pull request
	RepositoryID          Note = "repository-id"
	GitHubEnvironment     Note = "github-environment"
	Branch                Note = "branch"
	Tag                   Note = "tag"
	RepositoryName        Note = "repository-name" // somebody else can take it over
	ServiceAccountName    Note = "service-account-name"
	OtherName             Note = "other-name"
)

// Notes about the statement itself.
const (
	AllowsTags           Note = "allows-tags"
	AllowsSourceIdentity Note = "allows-source-identity"
	EscapedCharacters    Note = "escaped-characters"
)

// notesOn are the notes for a statement, in the order to show them.
func notesOn(statement Statement, issuer Issuer, claims webidentity.Claims) []Note {
	var notes []Note
	for _, note := range []Note{
		SubjectOf(issuer, claims).note,
		noteIf(IsUnreviewed(claims), UnreviewedCode),
		noteIf(claims.All["ref_protected"] == "false" && !issuer.IsGitHub(), UnprotectedRef),
		noteIf(azureDevOpsPipeline.MatchString(claims.Subject), AzureDevOpsPipeline),
		noteIf(defaultServiceAccount.MatchString(claims.Subject), DefaultServiceAccount),
		noteOnAudience(issuer, claims),
		noteOnRepository(issuer, claims),
		noteOnPush(issuer, claims),
		noteOnNames(issuer, claims),
		noteIf(slices.Contains(statement.Action, TagSession), AllowsTags),
		noteIf(slices.Contains(statement.Action, SetSourceIdentity) && !statement.restrictsSourceIdentity(),
			AllowsSourceIdentity),
		noteIf(statement.isEscaped(), EscapedCharacters),
	} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// noteIf is the note, or none if the condition is false.
func noteIf(condition bool, note Note) Note {
	if condition {
		return note
	}
	return ""
}

func noteOnAudience(issuer Issuer, claims webidentity.Claims) Note {
	switch {
	case issuer == Google && claims.AuthorizedParty != "":
		return GoogleParty
	case issuer == Google:
		return GoogleAudience
	case issuer == Cognito:
		return CognitoPool
	case HasOtherParty(claims):
		return OtherParty
	}
	return noteIf(len(claims.Audience) > 1, SeveralAudiences)
}

var (
	repositoryOnly        = regexp.MustCompile(`^(?:repo|repository|repository_id):[^:]+$`)
	gitHubEnvironment     = regexp.MustCompile(`:environment:`)
	branch                = regexp.MustCompile(`:ref:refs/heads/|:ref_type:branch:|/vcs-ref/refs/heads/`)
	tag                   = regexp.MustCompile(`:ref:refs/tags/|:ref_type:tag:`)
	azureDevOpsPipeline   = regexp.MustCompile(`^p://`)
	defaultServiceAccount = regexp.MustCompile(`^system:serviceaccount:[^:]+:default$`)
	subjectOfNames        = regexp.MustCompile(
		`^(?:project_path|organization|space|system:serviceaccount|project|repo|repository):|^p://|^sc://`)
)

func noteOnRepository(issuer Issuer, claims webidentity.Claims) Note {
	if issuer.IsGitHub() && repositoryOnly.MatchString(claims.Subject) {
		return WholeRepository
	}
	return noteIf(repositoryID(issuer, claims) != "", RepositoryID)
}

// noteOnPush is about those who get the role by a push.
func noteOnPush(issuer Issuer, claims webidentity.Claims) Note {
	if issuer.IsGitHub() && gitHubEnvironment.MatchString(claims.Subject) {
		return GitHubEnvironment
	}
	if tag.MatchString(claims.Subject) {
		return Tag
	}
	return noteIf(branch.MatchString(claims.Subject) && (issuer.IsGitHub() || claims.All["ref_protected"] != "false"),
		Branch)
}

// noteOnNames is about names that somebody else can take over.
func noteOnNames(issuer Issuer, claims webidentity.Claims) Note {
	switch {
	case HasGitHubIDs(claims.Subject), repositoryID(issuer, claims) != "":
		return ""
	case issuer.IsGitHub():
		return RepositoryName
	case strings.HasPrefix(claims.Subject, "system:serviceaccount:"):
		return ServiceAccountName
	}
	return noteIf(subjectOfNames.MatchString(claims.Subject), OtherName)
}
