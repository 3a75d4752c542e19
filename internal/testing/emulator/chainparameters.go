package emulator

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// chainParameters are those of AssumeRole. Optional ones are nil if the request lacks them.
type chainParameters struct {
	assumeParameters

	externalID     *string
	sourceIdentity *string
	tags           []tag
	transitiveKeys []string
}

type tag struct{ key, value string }

// The limits of the API's model. Lengths are in characters.
const (
	minExternalIDLength, maxExternalIDLength         = 2, 1224
	minSourceIdentityLength, maxSourceIdentityLength = 2, 64
)

const (
	externalIDPattern = `[\w+=,.@:\/-]*`
	tagKeyPattern     = `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`
	tagValuePattern   = `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`
)

var (
	externalIDCharacters = regexp.MustCompile(`^[\w+=,.@:/-]*$`)
	tagCharacters        = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
)

// readChainParameters reads the form and checks it against the model, and then what the model doesn't have.
func (s *Server) readChainParameters(form url.Values) (*chainParameters, *refusal) {
	p := &chainParameters{}
	var problems violations
	p.readRole(form, &problems)
	if p.externalID = optional(form, "ExternalId"); p.externalID != nil {
		problems.length(*p.externalID, "externalId", minExternalIDLength, maxExternalIDLength)
		problems.pattern(*p.externalID, "externalId", externalIDCharacters, externalIDPattern)
	}
	if p.sourceIdentity = optional(form, "SourceIdentity"); p.sourceIdentity != nil {
		problems.length(*p.sourceIdentity, "sourceIdentity", minSourceIdentityLength, maxSourceIdentityLength)
		problems.pattern(*p.sourceIdentity, "sourceIdentity", sessionNameCharacters, sessionNamePattern)
	}
	p.readTags(form, &problems)
	p.readPolicies(form, &problems)
	if refused := s.readNumbers(form, &p.assumeParameters, &problems); refused != nil {
		return nil, refused
	}
	if refused := problems.refusal(); refused != nil {
		return nil, refused
	}
	if refused := p.checkTags(); refused != nil {
		return nil, refused
	}
	return p, nil
}

func (p *chainParameters) readTags(form url.Values, problems *violations) {
	for n := 1; ; n++ {
		key, value := fmt.Sprintf("Tags.member.%d.Key", n), fmt.Sprintf("Tags.member.%d.Value", n)
		if !form.Has(key) && !form.Has(value) {
			break
		}
		var read tag
		var ok bool
		field := fmt.Sprintf("tags.%d.member.", n)
		if read.key, ok = problems.required(form, key, field+"key"); ok {
			problems.length(read.key, field+"key", 1, maxTagKeyLength)
			problems.pattern(read.key, field+"key", tagCharacters, tagKeyPattern)
		}
		if read.value, ok = problems.required(form, value, field+"value"); ok {
			problems.length(read.value, field+"value", 0, maxTagValueLength)
			problems.pattern(read.value, field+"value", tagCharacters, tagValuePattern)
		}
		p.tags = append(p.tags, read)
	}
	for n := 1; form.Has(fmt.Sprintf("TransitiveTagKeys.member.%d", n)); n++ {
		key := form.Get(fmt.Sprintf("TransitiveTagKeys.member.%d", n))
		field := fmt.Sprintf("transitiveTagKeys.%d.member", n)
		problems.length(key, field, 1, maxTagKeyLength)
		problems.pattern(key, field, tagCharacters, tagKeyPattern)
		p.transitiveKeys = append(p.transitiveKeys, key)
	}
	if len(p.tags) > maxTags {
		problems.add(fmt.Sprintf("%d tags", len(p.tags)), "tags", "have length less than or equal to %d", maxTags)
	}
	if len(p.transitiveKeys) > maxTags {
		problems.add(p.transitiveKeys, "transitiveTagKeys", "have length less than or equal to %d", maxTags)
	}
}

// checkTags refuses keys that are reserved or that differ only in case. AWS's wording for reserved keys isn't known.
func (p *chainParameters) checkTags() *refusal {
	for n, requested := range p.tags {
		if strings.HasPrefix(strings.ToLower(requested.key), "aws:") {
			return badRequest("InvalidParameterValue", "The tag key %s has the reserved prefix aws:.", requested.key)
		}
		isSame := func(other tag) bool { return strings.EqualFold(other.key, requested.key) }
		if slices.ContainsFunc(p.tags[:n], isSame) {
			return badRequest("InvalidParameterValue",
				"Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
	}
	return nil
}

// requestedTags are the tags of the request, without inherited ones.
func (p *chainParameters) requestedTags() map[string]string {
	tags := map[string]string{}
	for _, tag := range p.tags {
		tags[tag.key] = tag.value
	}
	return tags
}
