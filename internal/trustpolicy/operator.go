package trustpolicy

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"strings"
	"time"
)

// operator is a condition operator.
type operator struct {
	name     string // as the document has it
	kind     kind
	set      setOperator
	ifExists bool
}

// setOperator says how a condition compares the values of a key that has several.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
type setOperator string

const (
	noSet        setOperator = ""
	forAnyValue  setOperator = "ForAnyValue"
	forAllValues setOperator = "ForAllValues"
)

// kind is what an operator compares, and how.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
type kind struct {
	requires  string // continues "requires that KEY"
	negated   bool
	variables bool // values can have policy variables
	wildcards bool // * and ? are wildcards in values
	// matches reports whether the request's value is the policy's. A negated operator has the matches of its opposite.
	matches func(actual string, pattern glob) bool
	accepts func(value string) bool // reports whether the value can be in a policy; nil if every value can
	noun    string                  // what accepts wants
	// reads reports whether a value of the request is one that the operator compares; nil if every value is.
	reads func(actual string) bool
}

func (k kind) canCompare(actual string) bool { return k.reads == nil || k.reads(actual) }

const nullOperator = "Null"

// kinds are the operators without prefix and suffix.
var kinds = map[string]kind{
	"StringEquals":              {requires: "is", variables: true, matches: equal},
	"StringNotEquals":           {requires: "isn't", negated: true, variables: true, matches: equal},
	"StringEqualsIgnoreCase":    {requires: "is (in any case)", variables: true, matches: equalFold},
	"StringNotEqualsIgnoreCase": {requires: "isn't (in any case)", negated: true, variables: true, matches: equalFold},
	"StringLike":                {requires: "matches", variables: true, wildcards: true, matches: like},
	"StringNotLike": {
		requires: "doesn't match", negated: true, variables: true, wildcards: true, matches: like,
	},
	"NumericEquals":            numeric("is", false, func(order int) bool { return order == 0 }),
	"NumericNotEquals":         numeric("isn't", true, func(order int) bool { return order == 0 }),
	"NumericLessThan":          numeric("is less than", false, func(order int) bool { return order < 0 }),
	"NumericLessThanEquals":    numeric("is at most", false, func(order int) bool { return order <= 0 }),
	"NumericGreaterThan":       numeric("is greater than", false, func(order int) bool { return order > 0 }),
	"NumericGreaterThanEquals": numeric("is at least", false, func(order int) bool { return order >= 0 }),
	"DateEquals":               date("is", false, func(order int) bool { return order == 0 }),
	"DateNotEquals":            date("isn't", true, func(order int) bool { return order == 0 }),
	"DateLessThan":             date("is before", false, func(order int) bool { return order < 0 }),
	"DateLessThanEquals":       date("isn't after", false, func(order int) bool { return order <= 0 }),
	"DateGreaterThan":          date("is after", false, func(order int) bool { return order > 0 }),
	"DateGreaterThanEquals":    date("isn't before", false, func(order int) bool { return order >= 0 }),
	"Bool":                     {requires: "is", matches: equalFold, accepts: isBool, noun: "true or false"},
	"BinaryEquals":             {requires: "is (in base64)", matches: binaryEqual, accepts: isBase64, noun: "base64"},
	"IpAddress": {
		requires: "is in",
		matches:  inRange,
		accepts:  isRange,
		noun:     rangeNoun,
		reads:    isAddress,
	},
	"NotIpAddress": {
		requires: "isn't in",
		negated:  true,
		matches:  inRange,
		accepts:  isRange,
		noun:     rangeNoun,
		reads:    isAddress,
	},
	"ArnEquals": {requires: "matches", variables: true, wildcards: true, matches: arnLike},
	"ArnLike":   {requires: "matches", variables: true, wildcards: true, matches: arnLike},
	"ArnNotEquals": {
		requires: "doesn't match", negated: true, variables: true, wildcards: true, matches: arnLike,
	},
	"ArnNotLike": {
		requires: "doesn't match", negated: true, variables: true, wildcards: true, matches: arnLike,
	},
	nullOperator: {accepts: isBool, noun: "true or false"},
}

// operatorNamed reads the name of an operator. Null has neither a prefix nor a suffix.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
func operatorNamed(name string) (operator, bool) {
	parsed := operator{name: name}
	rest := name
	if prefix, after, ok := strings.Cut(name, ":"); ok {
		parsed.set, rest = setOperator(prefix), after
		if parsed.set != forAnyValue && parsed.set != forAllValues {
			return operator{}, false
		}
	}
	rest, parsed.ifExists = strings.CutSuffix(rest, "IfExists")
	kind, ok := kinds[rest]
	if !ok || rest == nullOperator && name != nullOperator {
		return operator{}, false
	}
	parsed.kind = kind
	return parsed, true
}

func (o operator) isNull() bool { return o.name == nullOperator }

// hasVariables reports whether ${...} in a value is a policy variable.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func (o operator) hasVariables() bool { return o.kind.variables }

func equal(actual string, pattern glob) bool { return actual == pattern.text() }

func equalFold(actual string, pattern glob) bool { return strings.EqualFold(actual, pattern.text()) }

func like(actual string, pattern glob) bool { return pattern.matches(actual) }

// arnParts is the number of parts of an ARN. The last one can have colons.
const arnParts = 6

// arnLike compares each part on its own, so a wildcard doesn't match a colon between parts.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
func arnLike(actual string, pattern glob) bool {
	parts, patterns := strings.SplitN(actual, ":", arnParts), pattern.split(':', arnParts)
	if len(parts) != arnParts || len(patterns) != arnParts {
		return false
	}
	for n, part := range parts {
		if !patterns[n].matches(part) {
			return false
		}
	}
	return true
}

func numeric(requires string, negated bool, holds func(order int) bool) kind {
	return kind{
		requires: requires, negated: negated, noun: "a number", accepts: isNumber, reads: isNumber,
		matches: func(actual string, pattern glob) bool {
			a, aOK := number(actual)
			b, bOK := number(pattern.text())
			return aOK && bOK && holds(a.Cmp(b))
		},
	}
}

// number is a decimal number. Infinity, hexadecimal numbers, and numbers with underscores aren't.
func number(text string) (*big.Float, bool) {
	if strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("+-.0123456789eE", r) }) {
		return nil, false
	}
	parsed, _, err := big.ParseFloat(text, 10, 256, big.ToNearestEven)
	return parsed, err == nil && !parsed.IsInf()
}

func date(requires string, negated bool, holds func(order int) bool) kind {
	return kind{
		requires: requires, negated: negated, noun: "a date such as 2030-01-31T00:00:00Z",
		accepts: isDate, reads: isDate,
		matches: func(actual string, pattern glob) bool {
			a, aOK := instant(actual)
			b, bOK := instant(pattern.text())
			return aOK && bOK && holds(a.Compare(b))
		},
	}
}

// instant is a date in one of the W3C's forms of ISO 8601, or the seconds since 1970.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
func instant(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			return parsed, true
		}
	}
	seconds, ok := number(text)
	if !ok || !seconds.IsInt() {
		return time.Time{}, false
	}
	whole, accuracy := seconds.Int64()
	return time.Unix(whole, 0), accuracy == big.Exact
}

func isNumber(value string) bool {
	_, ok := number(value)
	return ok
}

func isDate(value string) bool {
	_, ok := instant(value)
	return ok
}

func isAddress(value string) bool {
	_, err := netip.ParseAddr(value)
	return err == nil
}

func isBool(value string) bool {
	return strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
}

func isBase64(value string) bool {
	_, err := base64.StdEncoding.DecodeString(value)
	return err == nil
}

// binaryEqual compares bytes with those that the policy has in base64.
func binaryEqual(actual string, pattern glob) bool {
	decoded, err := base64.StdEncoding.DecodeString(pattern.text())
	return err == nil && string(decoded) == actual
}

const rangeNoun = "an IP address or a range of them in CIDR notation"

func isRange(value string) bool {
	_, ok := addressRange(value)
	return ok
}

// inRange reports whether an address is in the range of the policy. An address without a prefix is a range of one.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
func inRange(actual string, pattern glob) bool {
	addresses, ok := addressRange(pattern.text())
	address, err := netip.ParseAddr(actual)
	return ok && err == nil && addresses.Contains(address)
}

func addressRange(text string) (netip.Prefix, bool) {
	if addresses, err := netip.ParsePrefix(text); err == nil {
		return addresses, true
	}
	address, err := netip.ParseAddr(text)
	return netip.PrefixFrom(address, address.BitLen()), err == nil
}
