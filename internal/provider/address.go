package provider

// Address is where Terraform and OpenTofu look for the provider. The host is one that nobody can publish under, so that
// a configuration copied from here never fetches a stranger's provider. To publish this provider, change it here and
// runs `make generate`, which takes it to every example.
const Address = "terraform.local/webidentity/sts"
