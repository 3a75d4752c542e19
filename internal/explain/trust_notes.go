package explain

import "github.com/webidentity/terraform-provider-sts/internal/trustpolicy"

// nameTaken says what it means that names can be taken over.
const nameTaken = "Whoever takes over a name after a rename or a deletion has the role."

// noteSentences say what to think of before a statement is pasted.
var noteSentences = map[trustpolicy.Note]string{
	trustpolicy.BuildkiteCommit: "The commit is in Buildkite's subject, so the statement takes any, of this ref. " +
		"Whoever may start builds of the pipeline can name the ref. A pull request's branch is a ref, too, and that " +
		"of a fork may be called main: don't build pull requests of forks in this pipeline.",
	trustpolicy.BitbucketDeploymentStep: "The step's UUID is in Bitbucket's subject and changes with every run, so " +
		"the statement takes any step of this repository's deployment environment.",
	trustpolicy.BitbucketStep: "The step's UUID is in Bitbucket's subject and changes with every run, so the " +
		"statement takes every step of the repository, on every branch and pull request. Give the step a deployment: " +
		"its environment is then in the subject, and Bitbucket can restrict who deploys there.",
	trustpolicy.CircleCIUser: "The user who set the job off is in CircleCI's subject, so the statement takes every " +
		"job of the project, on every branch: who may push a branch has the role, and where builds of forks get " +
		"tokens, who may open a pull request.",
	trustpolicy.TerraformRunPhase: "A plan has another subject than the apply that follows it, so both are listed. " +
		"Plans run code that nobody has reviewed, speculative plans of pull requests too: a role of its own for each " +
		"phase is safer. Leave out the one that this role isn't for.",
	trustpolicy.TerraformStackOperation: "A plan has another subject than the apply that follows it, so both are " +
		"listed. Leave out the one that this role isn't for.",
	trustpolicy.SpaceliftScope: "The scope is in Spacelift's subject and differs between planning and applying, so " +
		"both are listed. So is the run's type: another type of run needs another value, in full.",

	trustpolicy.UnreviewedCode: "This token is that of a pull request or merge request: code that nobody has " +
		"reviewed. Don't admit it to a role that can change anything.",
	trustpolicy.GoogleParty: "At Google, :aud is the token's azp and :oaud its aud. Every customer of Google's can " +
		"get a token for any audience: never leave :sub out.",
	trustpolicy.GoogleAudience: "Every customer of Google's can get a token for any audience: never leave :sub out.",
	trustpolicy.CognitoGuest: "This token is that of a guest of the identity pool, which everyone on the Internet " +
		"can be.",
	trustpolicy.CognitoPool: ":aud is the identity pool's ID: never leave it out.",
	trustpolicy.OtherParty: "The token has an authorised party (azp), and IAM may hold :aud against that instead of " +
		"aud. So both are listed, and may both have to be client IDs of the IAM OIDC provider.",
	trustpolicy.SeveralAudiences: "The token has several audiences. Keep those that are client IDs of the IAM OIDC " +
		"provider.",
	trustpolicy.WholeRepository: "The subject names the repository alone: every branch and every pull request of it " +
		"has the role. A job's environment in the subject, with rules of its own, narrows it.",
	trustpolicy.RepositoryID: "repository_id is the repository's number: it survives a rename, and a stranger who " +
		"takes over an abandoned name doesn't have it. Keep it.",
	trustpolicy.GitHubEnvironment: "Whoever may push to the repository can name this environment, unless the " +
		"environment's own rules (reviewers, allowed branches) forbid it.",
	trustpolicy.Branch: "Whoever may push to this branch has the role: have it protected.",
	trustpolicy.RepositoryName: "The subject names the repository, and names can be taken over. " + nameTaken +
		" Where the token has repository_id and IAM knows it for this issuer, hold that, too.",
	trustpolicy.ServiceAccountName: "Whoever may create a pod with this service account, or the account anew under " +
		"its name, has the role.",
	trustpolicy.OtherName: "The subject consists of names, and names can be taken over. " + nameTaken +
		" After a rename of your own, correct the policy.",

	trustpolicy.AllowsTags: "sts:TagSession lets the issuer set any tag, and policies may decide by tags: bound them " +
		"with conditions on aws:RequestTag/KEY and aws:TagKeys.",
	trustpolicy.AllowsSourceIdentity: "sts:SetSourceIdentity lets the issuer name anyone: bound it with a condition " +
		"on sts:SourceIdentity.",
	trustpolicy.EscapedCharacters: "The characters * and ? and ${ of the token's claims are escaped as ${*}, ${?} " +
		"and ${$}{, which takes a policy of \"Version\": \"2012-10-17\". In a string of Terraform's own language " +
		"write $${ for each ${, and in aws_iam_policy_document &{.",
}
