package explain

import (
	"fmt"
	"strings"
)

func deniedElsewhere(r refusal) advice {
	return advice{
		summary: "The server denied the exchange",
		ofToken: true,
		causes: []string{
			"The server's policy for the role might not allow the token. Compare the issuer, the subject, and the " +
				"audience with the server's configuration. Case might matter.",
			fmt.Sprintf(
				"The server might not have the role. ARNs have another form on other servers. Check %s.",
				r.roleOrigin(),
			),
			r.otherServer(),
		},
		facts: factsOfTrust,
	}
}

func notSTS(refusal) advice {
	return advice{
		summary: "The endpoint doesn't know the call",
		causes: []string{
			"The endpoint might be that of another service with a similar protocol, such as S3. Set endpoint to the " +
				"URL of the STS.",
			"The server's STS might be disabled. Enable it as the server's documentation says.",
		},
		facts: factsOfCall,
	}
}

func invalidTokenElsewhere(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The server rejected the web identity token",
		ofToken:  true,
		causes: []string{
			"The server might not know the token's issuer, or might know it with another audience (client ID). " +
				"Compare both with its identity providers.",
			"The server might not be able to read the issuer's keys. See the server's log.",
			r.otherToken(),
		},
		facts: factsOfToken,
	}
}

func unknownIssuer(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The server doesn't know the token's issuer",
		facts:    factsOfToken,
		causes: []string{
			fmt.Sprintf("The server has no identity provider for exactly this issuer, %s. If you trust this issuer, "+
				"register it on the server.", r.issuer()),
			fmt.Sprintf("The token might be from the wrong issuer. Check %s.", r.tokenFrom()),
		},
	}
}

func unknownKey(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The server doesn't have the key that signed the token",
		facts:    factsOfToken,
		causes: []string{
			fmt.Sprintf("The server might be configured for another issuer. The token's issuer is %s. Compare it "+
				"with the server's identity provider.", r.issuer()),
			"The issuer might have replaced its keys. Get a new token.",
			"The server might not be able to read the issuer's keys. See the server's log.",
		},
	}
}

func invalidSignature(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The token's signature is invalid",
		facts:    factsOfToken,
		causes: []string{
			"Something might have changed the token after the issuer signed it. Pass it as it was issued.",
			"Another issuer might have signed it with a key of the same ID (kid). Compare the issuer with the " +
				"server's identity provider.",
			"The issuer might have replaced the key, but not its ID. Get a new token.",
		},
	}
}

func tokenNotYetValid(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token isn't valid yet",
		facts:    factsOfTime,
		ofToken:  true,
		causes: []string{
			"The server's clock might be behind the issuer's clock. Synchronize both clocks. MinIO and SeaweedFS " +
				"allow no difference.",
			"The issuer might set nbf or iat to a time in the future. Correct it at the issuer.",
		},
	}
}

func policyWithoutVersion(refusal) advice {
	return advice{
		argument: PolicyArgument,
		summary:  "The session policy has no version",
		causes:   []string{"MinIO needs the element Version in policy. Set it to \"2012-10-17\"."},
	}
}

// durationElsewhere: MinIO's message doesn't name the duration or its range.
func durationElsewhere(r refusal) advice {
	current := fmt.Sprintf("duration_seconds is %d.", r.Request.DurationSeconds)
	causes := []string{
		current + " MinIO allows 900 to 31536000 seconds. Set duration_seconds to a value in that range.",
		"The server's setting MINIO_STS_DURATION might be out of that range. Correct it on the server.",
	}
	if strings.Contains(r.service.Message, "DurationSeconds") {
		causes = []string{current + " Set it to a value in the range that the message states."}
	}
	return advice{
		argument: DurationArgument,
		summary:  "The server doesn't allow this session duration",
		causes:   causes,
	}
}
