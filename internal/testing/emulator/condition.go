package emulator

import (
	"fmt"
	"slices"
	"strings"
)

// conditionContext has the values of the condition keys. Use set and get: IAM's
// key names know no case.
type conditionContext map[string][]string

func (c conditionContext) set(key string, values ...string) { c[strings.ToLower(key)] = values }

func (c conditionContext) get(key string) ([]string, bool) {
	values, ok := c[strings.ToLower(key)]
	return values, ok
}

// condition is one key of one operator.
type condition struct {
	operator
	key    string
	values []string
	// variables: ${...} in a value is a policy variable.
	variables bool
}

// operator is a condition operator.
type operator struct {
	set       setOperator
	ifExists  bool
	null      bool
	negated   bool
	wildcards bool
	fold      bool
}

type setOperator string

const (
	noSet       setOperator = ""
	forAnyValue setOperator = "ForAnyValue"
	forAllValue setOperator = "ForAllValues"
)

func parseOperator(name string) (operator, error) {
	var parsed operator
	rest := name
	if prefix, after, ok := strings.Cut(name, ":"); ok {
		parsed.set, rest = setOperator(prefix), after
		if parsed.set != forAnyValue && parsed.set != forAllValue {
			return parsed, fmt.Errorf("condition operator %q: unknown", name)
		}
	}
	rest, parsed.ifExists = strings.CutSuffix(rest, "IfExists")
	switch rest {
	case "StringEquals":
	case "StringNotEquals":
		parsed.negated = true
	case "StringLike":
		parsed.wildcards = true
	case "StringNotLike":
		parsed.wildcards, parsed.negated = true, true
	case "StringEqualsIgnoreCase", "Bool":
		parsed.fold = true
	case "StringNotEqualsIgnoreCase":
		parsed.fold, parsed.negated = true, true
	case "Null":
		parsed.null = true
		if parsed.ifExists || parsed.set != noSet {
			return parsed, fmt.Errorf("condition operator %q: Null takes no prefix and no suffix", name)
		}
	default:
		return parsed, fmt.Errorf("condition operator %q: unknown", name)
	}
	return parsed, nil
}

// holds is IAM's decision on one key. A key that the request lacks fails, unless
// the operator is negated, has IfExists, or is for all values.
func (c condition) holds(context conditionContext) bool {
	actual, present := context.get(c.key)
	if c.null {
		return slices.ContainsFunc(c.values, func(v string) bool { return strings.EqualFold(v, "true") != present })
	}
	if !present {
		return c.ifExists || c.set == forAllValue || (c.negated && c.set == noSet)
	}
	satisfied := func(value string) bool { return c.matches(value, context) != c.negated }
	// Without a set operator, one value of several has to match; with a negated
	// one, none may.
	if c.set == forAllValue || (c.set == noSet && c.negated) {
		return !slices.ContainsFunc(actual, func(value string) bool { return !satisfied(value) })
	}
	return slices.ContainsFunc(actual, satisfied)
}

func (c condition) matches(actual string, context conditionContext) bool {
	return slices.ContainsFunc(c.values, func(value string) bool {
		pattern, ok := c.expand(value, context)
		return ok && pattern.matches(actual, c.fold)
	})
}

// expand replaces the policy variables of a value. Without wildcards, * and ? are
// ordinary characters; ${*}, ${?} and ${$} are so in any case. A value with a
// variable that the request lacks matches nothing.
func (c condition) expand(value string, context conditionContext) (glob, bool) {
	var pattern glob
	for value != "" {
		start := strings.Index(value, "${")
		end := -1
		if c.variables && start >= 0 {
			end = strings.Index(value[start:], "}")
		}
		if end < 0 {
			return append(pattern, c.plain(value)...), true
		}
		pattern = append(pattern, c.plain(value[:start])...)
		text, ok := variable(value[start+2:start+end], context)
		if !ok {
			return nil, false
		}
		pattern = append(pattern, literal(text)...)
		value = value[start+end+1:]
	}
	return pattern, true
}

func (c condition) plain(text string) glob {
	if c.wildcards {
		return wildcards(text)
	}
	return literal(text)
}

// variable is the value of ${name} or ${name, 'default'}.
func variable(text string, context conditionContext) (string, bool) {
	if text == "*" || text == "?" || text == "$" {
		return text, true
	}
	name, fallback, hasFallback := strings.Cut(text, ",")
	if values, present := context.get(strings.TrimSpace(name)); present && len(values) == 1 {
		return values[0], true
	}
	return strings.Trim(strings.TrimSpace(fallback), "'"), hasFallback
}

// glob is a pattern: characters, * for any number of any, ? for one.
type glob []globRune

type globRune struct {
	char rune
	wild bool
}

func literal(text string) glob {
	var pattern glob
	for _, char := range text {
		pattern = append(pattern, globRune{char: char})
	}
	return pattern
}

func wildcards(text string) glob {
	pattern := literal(text)
	for n, r := range pattern {
		pattern[n].wild = r.char == '*' || r.char == '?'
	}
	return pattern
}

// matches compares the whole text, case included unless fold. On a mismatch it
// goes back to the last *, and lets that stand for one character more.
func (g glob) matches(text string, fold bool) bool {
	runes := []rune(text)
	at, star, resume := 0, -1, 0
	for n := 0; n < len(runes); {
		switch {
		case at < len(g) && g[at].wild && g[at].char == '*':
			star, resume = at, n
			at++
		case at < len(g) && g[at].accepts(runes[n], fold):
			at++
			n++
		case star >= 0:
			resume++
			at, n = star+1, resume
		default:
			return false
		}
	}
	for at < len(g) && g[at].wild && g[at].char == '*' {
		at++
	}
	return at == len(g)
}

func (r globRune) accepts(char rune, fold bool) bool {
	if r.wild {
		return r.char == '?'
	}
	return r.char == char || (fold && strings.EqualFold(string(r.char), string(char)))
}
