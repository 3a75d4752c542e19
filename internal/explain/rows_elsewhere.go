package explain

import (
	"fmt"
	"strings"
)

func deniedElsewhere(r refusal) advice {
	return advice{
		summary: "The server doesn't let the web identity token have the role",
		ofToken: true,
		causes: []string{
			fmt.Sprintf("This server's policy for the role doesn't admit the token: hold its issuer, subject and "+
				"audience, below, against what the server is configured with. The subject is %s, and case may count.",
				r.subject()),
			fmt.Sprintf("The server has no role %s: ARNs of roles have another form on other servers, and some take "+
				"none. Check %s.", quoted(r.Request.ShownRoleARN()), r.roleOrigin()),
			fmt.Sprintf(
				"The call went to another server than was meant: it went to %s.",
				DestinationText(r.Destination),
			),
		},
	}
}

func notSTS(r refusal) advice {
	return advice{
		summary: "The endpoint doesn't know the call",
		causes: []string{
			"The endpoint is another service's, S3's say, that speaks like STS and isn't one. Name the STS.",
			fmt.Sprintf("The server at %s can be an STS, and isn't set up to be one: switch it on by the server's "+
				"documentation.", DestinationText(r.Destination)),
		},
	}
}

func invalidTokenElsewhere(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The server doesn't take the web identity token",
		ofToken:  true,
		causes: []string{
			fmt.Sprintf("This server doesn't know the token's issuer, %s, or knows it with another audience (client "+
				"ID): hold both, below, against its identity providers.", r.issuer()),
			"The server can't read the issuer's keys, or they lack the one that signed the token: see the server's " +
				"log.",
			fmt.Sprintf("The token from %s is another one than was meant, such as an access token: give the ID "+
				"token.", r.tokenFrom()),
		},
	}
}

func unknownIssuer(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The server doesn't know the token's issuer",
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
		causes: []string{
			fmt.Sprintf("The token might have been changed after the issuer signed it. Pass the token from %s "+
				"exactly as it was issued.", r.tokenFrom()),
			fmt.Sprintf("Another issuer might have signed it with a key of the same ID (kid). The token's issuer is "+
				"%s. Compare it with the server's identity provider.", r.issuer()),
			"The issuer might have replaced the key, but not its ID. Get a new token.",
		},
	}
}

func tokenNotYetValid(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token isn't valid yet",
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
	given := advice{argument: DurationArgument, summary: "The server doesn't allow this session duration"}
	asked := fmt.Sprintf("duration_seconds is %d.", r.Request.DurationSeconds)
	if strings.Contains(r.service.Message, "DurationSeconds") {
		given.causes = []string{asked + " Set it to a value in the range that the message states."}
		return given
	}
	given.causes = []string{
		asked + " MinIO allows 900 to 31536000 seconds. Set duration_seconds to a value in that range.",
		"The server's setting MINIO_STS_DURATION might be out of that range. Correct it on the server.",
	}
	return given
}
