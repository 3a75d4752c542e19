package trustpolicy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (e *evaluation) wrongPrincipal(principals []principal) string {
	var names []string
	for _, principal := range principals {
		names = append(names, principal.name)
	}
	if len(e.principals) > 0 {
		return fmt.Sprintf("The principal is %s, which doesn't name the caller.", strings.Join(names, " or "))
	}
	if e.role.AccountID != "" {
		return fmt.Sprintf("The principal is %s, and the token's provider is %s.", strings.Join(names, " or "),
			e.issuer.Principal(e.role))
	}
	return fmt.Sprintf("The principal is %s, and the token's issuer is %s.", strings.Join(names, " or "), e.issuer)
}

func (e *evaluation) wrongAction(s statement) string {
	if s.notActions != nil {
		return fmt.Sprintf("The statement is for every action except %s, and the token needs %s.",
			strings.Join(s.notActions, " and "), e.action)
	}
	return fmt.Sprintf("The action is %s, and the token needs %s.", strings.Join(s.actions, " or "), e.action)
}

// failure says what a condition requires and what the token has.
func (e *evaluation) failure(c condition) string {
	return c.requirement() + " " + e.evidence(c)
}

// requirement says what a condition requires.
func (c condition) requirement() string {
	if c.operator.isNull() {
		if strings.EqualFold(c.values[0], "true") {
			return fmt.Sprintf("Null requires that the request doesn't have %s.", c.key)
		}
		return fmt.Sprintf("Null requires that the request has %s.", c.key)
	}
	subject := c.key
	switch c.operator.set {
	case forAnyValue:
		subject = "a value of " + subject
	case forAllValues:
		subject = "every value of " + subject
	case noSet:
	}
	return fmt.Sprintf("%s requires that %s %s %s.", c.operator.name, subject, c.operator.kind.requires,
		quoted(c.values, " or "))
}

func quoted(values []string, separator string) string {
	texts := make([]string, 0, len(values))
	for _, value := range values {
		texts = append(texts, strconv.Quote(value))
	}
	return strings.Join(texts, separator)
}

// evidence says what the token has for a condition's key.
func (e *evaluation) evidence(c condition) string {
	actual := e.value(c.key)
	has := "The token has " + quoted(actual.values, " and ") + "."
	switch isOpen := e.holds(c) == isUnknown; {
	case actual.isUnknown():
		return actual.reason
	case len(actual.values) == 0:
		return e.absence(c.key)
	case isOpen && actual.oneOf:
		return has + " IAM uses the one that is an audience of the provider."
	case isOpen && len(actual.values) > 1:
		return has + " Add ForAnyValue: or ForAllValues: to the operator, because the key has several values."
	case isOpen && !slices.ContainsFunc(actual.values, c.operator.kind.canCompare):
		return has + " The documentation of AWS doesn't say how " + c.operator.name + " compares such a value."
	case e.lacksVariable(c):
		return has + " A policy variable in the condition has no known value."
	}
	return has + e.hint(c, actual.values)
}

func (e *evaluation) lacksVariable(c condition) bool {
	return slices.ContainsFunc(c.values, func(value string) bool {
		_, resolved := e.expand(value, c.operator.kind)
		return resolved != isTrue
	})
}

// hint names the usual mistakes: a wildcard for an operator that has none, and another case.
func (e *evaluation) hint(c condition, actual []string) string {
	kind := c.operator.kind
	if kind.negated || !kind.variables {
		return ""
	}
	matches := func(operator string, fold func(string) string) bool {
		return slices.ContainsFunc(c.values, func(value string) bool {
			pattern, _ := e.expand(fold(value), kinds[operator])
			return slices.ContainsFunc(actual, func(value string) bool {
				return kinds[operator].matches(fold(value), pattern)
			})
		})
	}
	same := func(value string) string { return value }
	switch {
	case !kind.wildcards && matches("StringLike", same):
		return fmt.Sprintf(" %s compares * and ? as characters. Use StringLike for wildcards.", c.operator.name)
	case matches(c.operator.base(), strings.ToLower):
		return " The comparison is case-sensitive."
	}
	return ""
}

// base is the operator without prefix and suffix.
func (o operator) base() string {
	name := o.name
	if _, after, ok := strings.Cut(name, ":"); ok {
		name = after
	}
	return strings.TrimSuffix(name, "IfExists")
}

// absence says why a request doesn't have a key.
func (e *evaluation) absence(key string) string {
	issuer, name := splitKey(key)
	if !strings.EqualFold(string(issuer), string(e.issuer)) {
		return e.foreignKey(issuer)
	}
	keys := keysOf(e.issuer, e.partition)
	if claim, ok := keys.claim(name); ok {
		return "The token has no claim " + claim + "."
	}
	place := ""
	if e.partition != "aws" {
		place = " in the partition " + e.partition
	}
	return fmt.Sprintf("IAM has no condition key %s for the issuer %s%s. It has %s.", name, e.issuer, place,
		strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
}

// foreignKey is about a key that isn't one of the token's issuer.
func (e *evaluation) foreignKey(issuer Issuer) string {
	switch {
	case issuer.isService():
		return "The token doesn't request a value for it."
	case strings.HasPrefix(string(issuer), "https://"):
		return "A condition key starts with the issuer without https://."
	}
	return fmt.Sprintf("The token's issuer is %s.", e.issuer)
}
