package explain

import "github.com/webidentity/terraform-provider-sts/internal/trustpolicy"

// noteSentences say what to consider before a statement is pasted.
var noteSentences = map[trustpolicy.Note]string{
	trustpolicy.BuildkiteCommit: "The subject has the commit, so the statement allows any commit of this ref. " +
		"Everyone who can " +
		"start builds of the pipeline can choose the ref, even for a fork. Don't build pull requests of forks in it.",
	trustpolicy.BitbucketDeploymentStep: "The subject has the step's UUID, which changes with every run. The " +
		"statement allows every step of this deployment environment.",
	trustpolicy.BitbucketStep: "The subject has the step's UUID, which changes with every run. The statement allows " +
		"every step of " +
		"the repository, on every branch and pull request. Set a deployment on the step, and restrict who deploys " +
		"there.",
	trustpolicy.CircleCIBranch: "The subject has the ID of the user who started the job. The 36 question marks stand " +
		"for it.",
	trustpolicy.TerraformRunPhase: "The statement allows only this phase. The plan and the apply have different " +
		"subjects. Plans run code that nobody has reviewed, so use a role for plans that can only read.",
	trustpolicy.TerraformStackOperation: "The statement allows only this operation. The plan and the apply have " +
		"different subjects.",
	trustpolicy.SpaceliftScope: "The statement allows only this scope and this type of run. A plan has the " +
		"scope read, and an apply has the scope write.",

	trustpolicy.UnreviewedCode: "Warning: The token is that of a pull request or merge request, whose code nobody " +
		"has reviewed. Use a role that can only read.",
	trustpolicy.UnprotectedRef: "Warning: the token's ref isn't protected in GitLab, so every developer of the " +
		"project can get such a token. Protect the branch.",
	trustpolicy.AzureDevOpsPipeline: "Warning: The statement allows every branch and every pull request of the " +
		"pipeline. Use a service connection instead (service_connection_id).",
	trustpolicy.DefaultServiceAccount: "Warning: every pod of the namespace that names no service account runs as " +
		"\"default\". Use a service account of the workload's own.",
	trustpolicy.GoogleParty: "At Google, :aud is the token's azp, and :oaud is its aud. Every customer of Google can " +
		"get a token for any audience. Never remove :sub.",
	trustpolicy.GoogleAudience: "Every customer of Google can get a token for any audience. Never remove :sub.",
	trustpolicy.CognitoPool:    ":aud is the identity pool's ID. Never remove it.",
	trustpolicy.OtherParty: "The token has an authorized party (azp). IAM might compare :aud with it, so the " +
		"statement has both. Both might have to be client IDs of the IAM OIDC provider.",
	trustpolicy.SeveralAudiences: "The token has several audiences. Keep only those that are client IDs of the IAM " +
		"OIDC provider.",
	trustpolicy.WholeRepository: "The subject names only the repository. The statement allows every branch and every " +
		"pull request. Set an environment with rules of its own on the job.",
	trustpolicy.RepositoryID: "repository_id is the repository's number. A stranger who takes over an abandoned name " +
		"doesn't have it. Keep it.",
	trustpolicy.GitHubEnvironment: "Everyone who can push to the repository can use this environment, unless its own " +
		"rules (reviewers, allowed branches) forbid it.",
	trustpolicy.Branch: "Everyone who can push to this branch has the role. Protect the branch.",
	trustpolicy.Tag: "Everyone who can push this tag has the role. Protect the tag. The next release has " +
		"another tag.",
	trustpolicy.RepositoryName: "Somebody else can take over the name of a repository after a rename or a deletion.",
	trustpolicy.ServiceAccountName: "Everyone who can create a pod with this service account, or a new account of " +
		"this name, has the role.",
	trustpolicy.OtherName: "Somebody else can take over the names in the subject after a rename or a deletion. After " +
		"a rename of your own, correct the policy.",

	trustpolicy.AllowsTags: "sts:TagSession lets the issuer set any tag. Restrict it with conditions on " +
		"aws:RequestTag/KEY and aws:TagKeys.",
	trustpolicy.AllowsSourceIdentity: "sts:SetSourceIdentity lets the issuer set any source identity. Restrict it " +
		"with a condition on sts:SourceIdentity.",
	trustpolicy.EscapedCharacters: "The statement escapes *, ?, and ${ as ${*}, ${?}, and ${$}{. It needs a policy " +
		"with \"Version\": " +
		"\"2012-10-17\". In a Terraform string, write $${ for each ${. In aws_iam_policy_document, write &{.",
}
