package stsstub

import (
	"encoding/base64"
	"fmt"
	"time"
)

// Token is a web identity token of the form that a CI platform gives to a job. Its signature is none.
func Token() string {
	now := time.Now().Unix()
	claims := fmt.Sprintf(
		`{"iss":"https://ci.example.com","sub":"repo:example/platform:environment:production","aud":"sts.example.com",`+
			`"repository":"example/platform","ref":"refs/heads/main","workflow":"deploy","run_id":"1234567890","iat":%d,"nbf":%d,"exp":%d}`,
		now,
		now,
		now+3600,
	)
	return segment(
		`{"alg":"RS256","kid":"1","typ":"JWT"}`,
	) + "." + segment(
		claims,
	) + "." + segment(
		string(make([]byte, 256)),
	)
}

func segment(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
