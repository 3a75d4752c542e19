package assumerole

import (
	"fmt"
	"sync"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// callers are the sessions that hops are called with, by what they were asked for. The token isn't a part of that: a
// session serves until shortly before it expires, even if the source has a new token by then, or none.
type callers struct {
	mutex sync.Mutex
	kept  map[string]caller
}

// caller is the session before a hop, with what the exchange at the beginning of the chain said.
type caller struct {
	session *Result
	call    string // the key of the shared call that gave the session
	first   *Result
	claims  *webidentity.Claims
	secrets []secret.Text // what the server has of the chain so far, which it can repeat
}

// find gives the session for a key, if it is good for a call.
func (c *callers) find(key string) (caller, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	found, ok := c.kept[key]
	if !ok || time.Now().Before(found.until()) {
		return found, ok
	}
	delete(c.kept, key)
	return caller{}, false
}

// keep has later exchanges find a session.
func (c *callers) keep(key string, kept caller) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept == nil {
		c.kept = map[string]caller{}
	}
	for other, candidate := range c.kept {
		if !time.Now().Before(candidate.until()) {
			delete(c.kept, other)
		}
	}
	c.kept[key] = kept
}

// forget is for a session that STS doesn't accept any more.
func (c *callers) forget(key string, session *Result) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept[key].session == session {
		delete(c.kept, key)
	}
}

// until is when the session is too near to its end to begin anything with. One that doesn't say when it expires serves
// for a short time.
func (c caller) until() time.Time {
	if expiration := c.session.Credentials.Expiration; expiration != nil {
		return keepUntil(*expiration, c.session.obtained)
	}
	return c.session.obtained.Add(sharedFor)
}

// sourceKey is equal for sources whose tokens are of the same identity. It is empty for a source that can't be
// compared. A platform and a variable have one identity for the whole run. A file can get another one.
func sourceKey(source webidentity.Source, identity string) string {
	switch source := source.(type) {
	case webidentity.RequestSource:
		return "request " + source.Key()
	case webidentity.File:
		if identity == "" {
			return ""
		}
		return "file " + identity + " " + source.Path
	case webidentity.Environment:
		return "variable " + source.Name
	case webidentity.Inline:
		return "value " + source.Value.Reveal()
	}
	return ""
}

// identityOf is equal for tokens that get the same session: those of the same issuer, subject, audience and session
// claims. Of a token that isn't a JWT, it is the token itself.
func identityOf(token secret.Text) string {
	claims, err := webidentity.Decode(token.Reveal())
	if err != nil {
		return token.Reveal()
	}
	return fmt.Sprintf(
		"%q %q %q %q %v", claims.Issuer, claims.Subject, claims.Audience, claims.AuthorizedParty, claims.Session(),
	)
}
