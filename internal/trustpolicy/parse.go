package trustpolicy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Policy is a role's trust policy.
type Policy struct {
	hasVariables bool
	statements   []statement
}

// statement is one statement of a policy. It has either actions or notActions.
type statement struct {
	index      int // in the document, starting at 0
	sid        string
	deny       bool
	principals []principal
	actions    []string // patterns
	notActions []string // patterns
	conditions []condition
}

// SyntaxError says what IAM wouldn't accept in a document, and where it is.
type SyntaxError struct {
	Statement int    // the statement's index in the document, starting at 0; -1 outside of statements
	Sid       string // the statement's Sid, if it has one
	Element   string // such as Condition
	Operator  string // the condition operator
	Key       string // the condition key
	Problem   string // a sentence
}

// Error is the place and the problem.
func (e *SyntaxError) Error() string {
	var place []string
	if e.Statement >= 0 {
		place = append(place, statementName(e.Statement, e.Sid))
	}
	for _, part := range []struct{ kind, name string }{
		{kind: "element", name: e.Element}, {kind: "operator", name: e.Operator}, {kind: "condition key", name: e.Key},
	} {
		if part.name != "" {
			place = append(place, part.kind+" "+part.name)
		}
	}
	if len(place) == 0 {
		return e.Problem
	}
	return "In " + strings.Join(place, ", ") + ": " + e.Problem
}

func statementName(index int, sid string) string {
	name := fmt.Sprintf("Statement[%d]", index)
	if sid != "" {
		name += " (" + sid + ")"
	}
	return name
}

// variablesVersion is the version of the policy language that has variables. A document without a version has the
// older one, which has none.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
const variablesVersion = "2012-10-17"

// Parse reads a trust policy. Its only error is a *SyntaxError, for a document that IAM wouldn't accept.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Parse(document string) (*Policy, error) {
	policy, problem := parse(document)
	if problem != nil {
		return nil, problem
	}
	return policy, nil
}

func parse(document string) (*Policy, *SyntaxError) {
	decoded, err := decodeDocument(document)
	if err != nil {
		return nil, outside("", "The policy isn't valid JSON: %s.", err)
	}
	object, ok := decoded.([]member)
	if !ok {
		return nil, outside("", "The policy must be a JSON object.")
	}
	policy := &Policy{}
	var statements []any
	for _, element := range object {
		switch element.name {
		case "Version":
			if element.value != variablesVersion && element.value != "2008-10-17" {
				return nil, outside("Version", "The version must be %s or 2008-10-17.", variablesVersion)
			}
			policy.hasVariables = element.value == variablesVersion
		case "Id":
			if _, ok := element.value.(string); !ok {
				return nil, outside("Id", "The value must be a string.")
			}
		case "Statement":
			if statements, ok = element.value.([]any); !ok {
				statements = []any{element.value}
			}
		default:
			return nil, outside(element.name, "IAM has no such element. The elements of a policy are Version, Id, "+
				"and Statement.")
		}
	}
	if len(statements) == 0 {
		return nil, outside("Statement", "The policy must have a statement.")
	}
	problem := policy.readStatements(statements)
	return policy, problem
}

// outside is an error that isn't in a statement.
func outside(element, problem string, arguments ...any) *SyntaxError {
	return &SyntaxError{Statement: -1, Element: element, Problem: fmt.Sprintf(problem, arguments...)}
}

func (p *Policy) readStatements(statements []any) *SyntaxError {
	for index, element := range statements {
		object, ok := element.([]member)
		if !ok {
			return &SyntaxError{Statement: index, Problem: "A statement must be a JSON object."}
		}
		parsed := statement{index: index}
		if problem := parsed.read(object, p.hasVariables); problem != nil {
			problem.Statement, problem.Sid = index, parsed.sid
			return problem
		}
		if parsed.sid != "" &&
			slices.ContainsFunc(p.statements, func(s statement) bool { return s.sid == parsed.sid }) {
			return &SyntaxError{
				Statement: index, Sid: parsed.sid, Element: "Sid", Problem: "Another statement has the same Sid.",
			}
		}
		p.statements = append(p.statements, parsed)
	}
	return nil
}

// sidPattern is what IAM accepts as a Sid.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
var sidPattern = regexp.MustCompile(`^[0-9A-Za-z]*$`)

// read reads the elements of a statement. The caller adds the statement to the error.
func (s *statement) read(object []member, hasVariables bool) *SyntaxError {
	elements := map[string]any{}
	for _, element := range object {
		elements[element.name] = element.value
	}
	if value, ok := elements["Sid"]; ok {
		sid, isText := value.(string)
		if !isText || !sidPattern.MatchString(sid) {
			return problem("Sid", "The value must be a string of the letters A-Z and a-z and the digits 0-9.")
		}
		s.sid = sid
	}
	for _, element := range object {
		if refusal := refusedElement(element.name); refusal != "" {
			return problem(element.name, "%s", refusal)
		}
	}
	switch elements["Effect"] {
	case "Allow":
	case "Deny":
		s.deny = true
	case nil:
		return problem("Effect", "A statement must have an effect.")
	default:
		return problem("Effect", "The effect must be Allow or Deny.")
	}
	for _, read := range []func(map[string]any) *SyntaxError{s.readPrincipal, s.readActions} {
		if problem := read(elements); problem != nil {
			return problem
		}
	}
	if value, ok := elements["Condition"]; ok {
		return s.readConditions(value, hasVariables)
	}
	return nil
}

// refusedElement is a sentence if a statement of a trust policy can't have the element.
func refusedElement(name string) string {
	switch name {
	case "Sid", "Effect", "Principal", "Action", "NotAction", "Condition":
		return ""
	case "Resource", "NotResource":
		return "A trust policy can't have this element, because its resource is the role."
	case "NotPrincipal":
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
		return "IAM doesn't allow this element in a trust policy. Use a statement with the effect Deny and a condition."
	}
	return "IAM has no such element. The names of elements are case-sensitive."
}

// problem is an error in a statement, whose index the caller adds.
func problem(element, text string, arguments ...any) *SyntaxError {
	return &SyntaxError{Element: element, Problem: fmt.Sprintf(text, arguments...)}
}

// actionPattern is an action of STS, whose prefix and name aren't case-sensitive, or a pattern of actions.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
var actionPattern = regexp.MustCompile(`^(?:\*|(?i:sts):[A-Za-z*?]+)$`)

func (s *statement) readActions(elements map[string]any) *SyntaxError {
	action, hasAction := elements["Action"]
	notAction, hasNotAction := elements["NotAction"]
	name, value := "Action", action
	switch {
	case hasAction && hasNotAction:
		return problem("NotAction", "A statement can't have both Action and NotAction.")
	case !hasAction && !hasNotAction:
		return problem("Action", "A statement must have an action.")
	case hasNotAction:
		name, value = "NotAction", notAction
	}
	actions, ok := texts(value)
	if !ok || len(actions) == 0 {
		return problem(name, "The value must be a string or a list of strings.")
	}
	for _, action := range actions {
		if !actionPattern.MatchString(action) {
			return problem(name, "A trust policy can have only actions of STS, such as %s, and not %q.",
				AssumeRoleWithWebIdentity, action)
		}
	}
	if hasAction {
		s.actions = actions
	} else {
		s.notActions = actions
	}
	return nil
}

// texts are the strings of a value: a single one, or a list.
func texts(value any) (values []string, ok bool) {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	for _, element := range list {
		text, ok := element.(string)
		if !ok {
			return nil, false
		}
		values = append(values, text)
	}
	return values, true
}
