package trustpolicy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// condition is one key of one operator. The statement matches only if all of its conditions do.
type condition struct {
	operator operator
	key      string // as the document has it
	values   []string
}

func (s *statement) readConditions(value any, hasVariables bool) *SyntaxError {
	operators, ok := value.([]member)
	if !ok {
		return problem("Condition", "The value must be a JSON object with condition operators.")
	}
	for _, element := range operators {
		operator, ok := operatorNamed(element.name)
		if !ok {
			return &SyntaxError{
				Element: "Condition", Operator: element.name, Problem: "IAM has no such condition operator.",
			}
		}
		keys, ok := element.value.([]member)
		if !ok {
			return &SyntaxError{
				Element: "Condition", Operator: element.name,
				Problem: "The value must be a JSON object with condition keys.",
			}
		}
		for _, key := range keys {
			parsed := condition{operator: operator, key: key.name}
			if problem := parsed.read(key.value, hasVariables); problem != "" {
				return &SyntaxError{Element: "Condition", Operator: element.name, Key: key.name, Problem: problem}
			}
			s.conditions = append(s.conditions, parsed)
		}
	}
	return nil
}

// read reads the values of the condition. If they are wrong, it returns a sentence.
func (c *condition) read(value any, hasVariables bool) string {
	values, ok := scalars(value)
	if !ok {
		return "The value must be a string, a number, a boolean, or a list of them."
	}
	if !strings.Contains(c.key, ":") {
		return "A condition key has a prefix and a name, with a colon between them."
	}
	for _, value := range values {
		if hasVariables && c.operator.hasVariables() && strings.Contains(value, "${") {
			continue
		}
		if kind := c.operator.kind; kind.accepts != nil && !kind.accepts(value) {
			return fmt.Sprintf("%q isn't %s.", value, kind.noun)
		}
	}
	c.values = values
	return ""
}

// scalars are the values of a condition key. Numbers and booleans don't need quotation marks.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html#policies-grammar-json
func scalars(value any) (values []string, ok bool) {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	for _, element := range list {
		switch element := element.(type) {
		case string:
			values = append(values, element)
		case json.Number:
			values = append(values, element.String())
		case bool:
			values = append(values, strconv.FormatBool(element))
		default:
			return nil, false
		}
	}
	return values, len(values) > 0
}

// holds compares the request with a condition. If the request lacks the key, a condition fails. It holds if the
// operator is negated, has IfExists, or is for all values.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (e *evaluation) holds(c condition) truth {
	actual := e.value(c.key)
	operator := c.operator
	switch isPresent := len(actual.values) > 0; {
	case actual.isUnknown():
		return isUnknown
	case operator.isNull():
		return truthOf(slices.ContainsFunc(c.values, func(value string) bool {
			return strings.EqualFold(value, "true") != isPresent
		}))
	case !isPresent:
		return truthOf(
			operator.ifExists || operator.set == forAllValues || operator.kind.negated && operator.set == noSet,
		)
	}
	var results []truth
	for _, value := range actual.values {
		if value != "" || operator.set != forAllValues { // an empty string counts as no value
			results = append(results, e.holdsFor(c, value))
		}
	}
	switch {
	case actual.oneOf || operator.set == noSet:
		// The documentation doesn't say what IAM does with several values if the operator isn't for several.
		return agreed(results...)
	case operator.set == forAllValues:
		return all(results...)
	}
	return anyOf(results...)
}

// holdsFor compares one value of the request. One of the policy's values must match. If the operator is negated, none
// may match.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
func (e *evaluation) holdsFor(c condition, actual string) truth {
	kind := c.operator.kind
	if !kind.canCompare(actual) {
		return isUnknown // the documentation doesn't say what happens
	}
	matches := isFalse
	for _, value := range c.values {
		pattern, resolved := e.expand(value, kind)
		switch {
		case resolved == isTrue:
			matches = anyOf(matches, truthOf(kind.matches(actual, pattern)))
		case resolved == isUnknown || kind.negated:
			// The documentation doesn't say what a negated operator does with a variable that the request lacks.
			matches = anyOf(matches, isUnknown)
		}
	}
	if kind.negated {
		return matches.not()
	}
	return matches
}

// expand replaces the policy variables of a value. ${*}, ${?}, and ${$} are the characters. It returns false if the
// request lacks a variable that has no default.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func (e *evaluation) expand(value string, kind kind) (pattern glob, resolved truth) {
	plain := literal
	if kind.wildcards {
		plain = wildcards
	}
	resolved = isTrue
	for value != "" {
		before, rest, ok := strings.Cut(value, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed || !kind.variables || !e.hasVariables {
			return append(pattern, plain(value)...), resolved
		}
		pattern = append(pattern, plain(before)...)
		value = after
		if e.anyVariable && !isEscaped(name) {
			pattern = append(pattern, wildcards("*")...)
			continue
		}
		text, found := e.variable(name)
		resolved = all(resolved, found)
		pattern = append(pattern, literal(text)...)
	}
	return pattern, resolved
}

// isEscaped reports whether a policy variable is a character that would have a meaning without ${}.
func isEscaped(variable string) bool { return variable == "*" || variable == "?" || variable == "$" }

// variable is the value of ${name} or ${name, 'default'}. A key with several values has none.
func (e *evaluation) variable(text string) (string, truth) {
	if isEscaped(text) {
		return text, isTrue
	}
	name, fallback, hasFallback := strings.Cut(text, ",")
	value := e.value(strings.TrimSpace(name))
	switch {
	case value.isUnknown() || value.oneOf:
		return "", isUnknown
	case len(value.values) == 1:
		return value.values[0], isTrue
	case hasFallback:
		return strings.Trim(strings.TrimSpace(fallback), "'"), isTrue
	}
	return "", isFalse
}
