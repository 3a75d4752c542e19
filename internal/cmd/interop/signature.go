package main

import "strings"

// accessKeyID is what an Authorization header of Signature Version 4 names as its Credential. It is empty if the header
// has none.
func accessKeyID(authorization string) string {
	scope, ok := strings.CutPrefix(authorization, "AWS4-HMAC-SHA256 Credential=")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(scope, "/")
	return id
}
