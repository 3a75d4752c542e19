package webidentity

// Platforms are all platforms that give a token on request. The objects of the request argument, in the schema and in
// each configuration, come from this list, and so does their part of the troubleshooting page, in this order.
var Platforms = []Platform{
	GitHubActions,
	AzureDevOps,
	Buildkite,
	GoogleCompute,
	AzureManagedIdentity,
}
