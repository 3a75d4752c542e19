package assumerole

import "strings"

// partition is a group of Regions with separate accounts. A Region of one can't assume a role of another.
type partition struct {
	id           string
	homeRegion   string // where STS is asked when nothing names a Region
	regionPrefix string // of its Regions' names; empty for the commercial partition, which has all the others
	dnsSuffixes  []string
}

// partitions is the SDK's own list, which it keeps to itself, with one difference: the home Region of aws-cn is
// Beijing. Longer prefixes stand before the ones they begin with.
var partitions = []partition{
	{"aws-cn", "cn-north-1", "cn-", []string{"amazonaws.com.cn", "api.amazonwebservices.com.cn"}},
	{"aws-us-gov", "us-gov-west-1", "us-gov-", []string{"amazonaws.com", "api.aws"}},
	{"aws-eusc", "eusc-de-east-1", "eusc-", []string{"amazonaws.eu", "api.amazonwebservices.eu"}},
	{"aws-iso", "us-iso-east-1", "us-iso-", []string{"c2s.ic.gov", "api.aws.ic.gov"}},
	{"aws-iso-b", "us-isob-east-1", "us-isob-", []string{"sc2s.sgov.gov", "api.aws.scloud"}},
	{"aws-iso-e", "eu-isoe-west-1", "eu-isoe-", []string{"cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}},
	{"aws-iso-f", "us-isof-south-1", "us-isof-", []string{"csp.hci.ic.gov", "api.aws.hci.ic.gov"}},
	{"aws", "us-east-1", "", []string{"amazonaws.com", "api.aws"}},
}

// partitionNamed finds a partition by the name that ARNs give it.
func partitionNamed(id string) (partition, bool) {
	for _, candidate := range partitions {
		if candidate.id == id {
			return candidate, true
		}
	}
	return partition{}, false
}

// partitionOfRegion finds the partition of a Region, by its name's beginning, so that a Region newer than this list is
// understood too.
func partitionOfRegion(region string) partition {
	region = withoutFIPS(region)
	for _, candidate := range partitions {
		if strings.HasPrefix(region, candidate.regionPrefix) {
			return candidate
		}
	}
	return partition{} // unreachable: the last prefix is empty
}

// withoutFIPS turns the old pseudo Regions ("us-east-1-fips", "fips-us-east-1") into the Region they stand for. The SDK
// sends those to the Region's FIPS endpoint.
func withoutFIPS(region string) string {
	region = strings.ReplaceAll(region, "-fips-", "-")
	return strings.TrimSuffix(strings.TrimPrefix(region, "fips-"), "-fips")
}
