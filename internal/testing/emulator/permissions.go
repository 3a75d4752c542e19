package emulator

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// permissions are the statements of an identity-based policy, or of all session policies of a session.
type permissions struct{ statements []permission }

// permission is one statement. It has actions or notActions, and resources or notResources. They are patterns, in which
// * stands for any number of characters and ? for one.
type permission struct {
	deny                    bool
	actions, notActions     []string
	resources, notResources []string
	// conditions is a policy that allows everything under the conditions of the statement.
	conditions *trustpolicy.Policy
}

type verdict int

const (
	notAllowed verdict = iota
	allowed
	denied
)

// evaluate decides on an action on a resource. A statement with a condition that the emulator can't compare doesn't
// allow anything. If its effect is Deny, it denies.
func (p *permissions) evaluate(request trustpolicy.Request, action, resource string) verdict {
	result := notAllowed
	for _, statement := range p.statements {
		outcome := trustpolicy.Denied
		if statement.covers(action, resource) {
			outcome = statement.conditions.EvaluateAction(request, action).Outcome
		}
		switch {
		case outcome == trustpolicy.Denied:
			continue
		case statement.deny:
			return denied
		case outcome == trustpolicy.Allowed:
			result = allowed
		}
	}
	return result
}

// covers compares the action without case. A policy variable in a resource is compared as text.
func (p permission) covers(action, resource string) bool {
	isAction, isResource := matchesAny(p.actions, "(?i)", action), matchesAny(p.resources, "", resource)
	if p.actions == nil {
		isAction = !matchesAny(p.notActions, "(?i)", action)
	}
	if p.resources == nil {
		isResource = !matchesAny(p.notResources, "", resource)
	}
	return isAction && isResource
}

var wildcards = strings.NewReplacer(`\*`, `.*`, `\?`, `.`)

func matchesAny(patterns []string, flags, text string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		expression := flags + "^" + wildcards.Replace(regexp.QuoteMeta(pattern)) + "$"
		return regexp.MustCompile(expression).MatchString(text)
	})
}

// permissionDocument is a policy without principals.
type permissionDocument struct {
	Version   string
	Statement oneOrMany[struct {
		Effect                                   string
		Action, NotAction, Resource, NotResource oneOrMany[string]
		Condition                                json.RawMessage
	}]
}

// oneOrMany is a JSON array, or its only element.
type oneOrMany[T any] []T

// UnmarshalJSON reads the one or the other.
func (l *oneOrMany[T]) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("[")) {
		text = append(append([]byte("["), text...), ']')
	}
	return json.Unmarshal(text, (*[]T)(l))
}

// readPermissions reads an identity-based policy or an inline session policy.
func readPermissions(policy string) (*permissions, *refusal) {
	if refused := checkSessionPolicy(policy); refused != nil {
		return nil, refused
	}
	var document permissionDocument
	if json.Unmarshal([]byte(policy), &document) != nil {
		return nil, malformedPolicy("Syntax errors in policy.")
	}
	var read permissions
	for _, statement := range document.Statement {
		conditions, err := conditionsPolicy(document.Version, statement.Condition)
		if err != nil {
			return nil, malformedPolicy("Syntax errors in policy.")
		}
		read.statements = append(read.statements, permission{
			deny:    statement.Effect == "Deny",
			actions: statement.Action, notActions: statement.NotAction,
			resources: statement.Resource, notResources: statement.NotResource,
			conditions: conditions,
		})
	}
	return &read, nil
}

// conditionsPolicy has only the conditions of a statement.
func conditionsPolicy(version string, conditions json.RawMessage) (*trustpolicy.Policy, error) {
	statement := map[string]any{"Effect": "Allow", "Principal": "*", "Action": "*"}
	if conditions != nil {
		statement["Condition"] = conditions
	}
	document := map[string]any{"Statement": statement}
	if version != "" {
		document["Version"] = version
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return trustpolicy.Parse(string(text))
}
