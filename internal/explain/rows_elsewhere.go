package explain

import "fmt"

func deniedElsewhere(r refusal) advice {
	return advice{
		summary: "The server doesn't let the web identity token have the role",
		ofToken: true,
		causes: []string{
			fmt.Sprintf("This server's policy for the role doesn't admit the token: hold its issuer, subject and audience, below, against what the server is configured with. The subject is %s, and case may count.", r.subject()),
			fmt.Sprintf("The server has no role %s: ARNs of roles have another form on other servers, and some take none. Check %s.", quoted(r.Request.RoleARN), r.roleOrigin()),
			fmt.Sprintf("The call went to another server than was meant: it went to %s.", r.Destination),
		},
	}
}

func notSTS(r refusal) advice {
	return advice{
		summary: "The endpoint doesn't know the call",
		causes: []string{
			"The endpoint is another service's, S3's say, that speaks like STS and isn't one. Name the STS.",
			fmt.Sprintf("The server at %s can be an STS, and isn't set up to be one: switch it on by the server's documentation.", r.Destination),
		},
	}
}

func invalidTokenElsewhere(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The server doesn't take the web identity token",
		ofToken:  true,
		causes: []string{
			fmt.Sprintf("This server doesn't know the token's issuer, %s, or knows it with another audience (client ID): hold both, below, against its identity providers.", r.issuer()),
			"The server can't read the issuer's keys, or they lack the one that signed the token: see the server's log.",
			fmt.Sprintf("The token from %s is another one than was meant, such as an access token: give the ID token.", r.tokenFrom()),
		},
	}
}
