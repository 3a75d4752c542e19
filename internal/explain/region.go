package explain

import "github.com/webidentity/terraform-provider-sts/internal/trustpolicy"

// regions are AWS's Regions of the partitions aws, aws-cn, and aws-us-gov, as the SDK lists them. They only serve to
// find a typo: a Region that is missing here works.
var regions = []string{
	"af-south-1",
	"ap-east-1",
	"ap-east-2",
	"ap-northeast-1",
	"ap-northeast-2",
	"ap-northeast-3",
	"ap-south-1",
	"ap-south-2",
	"ap-southeast-1",
	"ap-southeast-2",
	"ap-southeast-3",
	"ap-southeast-4",
	"ap-southeast-5",
	"ap-southeast-6",
	"ap-southeast-7",
	"ca-central-1",
	"ca-west-1",
	"cn-north-1",
	"cn-northwest-1",
	"eu-central-1",
	"eu-central-2",
	"eu-north-1",
	"eu-south-1",
	"eu-south-2",
	"eu-west-1",
	"eu-west-2",
	"eu-west-3",
	"il-central-1",
	"me-central-1",
	"me-south-1",
	"mx-central-1",
	"sa-east-1",
	"us-east-1",
	"us-east-2",
	"us-gov-east-1",
	"us-gov-west-1",
	"us-west-1",
	"us-west-2",
}

// maxRegionTypos is how many letters can be wrong, missing, or additional in the name of a Region.
const maxRegionTypos = 2

// nearestRegion is the Region that a name might be a typo of. It is empty if there is none, or if the name is right.
func nearestRegion(name string) string {
	nearest, least := "", maxRegionTypos+1
	for _, region := range regions {
		if distance := trustpolicy.Distance(name, region); distance < least {
			nearest, least = region, distance
		}
	}
	if least == 0 {
		return ""
	}
	return nearest
}
