package assumerole

import (
	"sync"
	"time"

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
// compared.
func sourceKey(source webidentity.Source) string {
	switch source := source.(type) {
	case webidentity.RequestSource:
		return "request " + source.Key()
	case webidentity.File:
		return "file " + source.Path
	case webidentity.Environment:
		return "variable " + source.Name
	case webidentity.Inline:
		return "value " + source.Value.Reveal()
	}
	return ""
}
