package emulator

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

const (
	// maxPlainPolicyCharacters is for the session policy and the ARNs together.
	maxPlainPolicyCharacters = 2048
	// maxPackedBytes is how much room the packed policies and tags have. AWS
	// publishes neither the format nor the room: this is a guess.
	maxPackedBytes = 1024
)

// allowAll is what the managed policy AdministratorAccess says.
const allowAll = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`

// readSessionPolicies checks the session policies and returns their statements, or nil if there are no session
// policies. The emulator doesn't know the contents of managed policies. It takes them for policies that allow no action
// of STS, except for AdministratorAccess.
func readSessionPolicies(p *assumeParameters, account roleARN) (*permissions, *refusal) {
	if p.policy == nil && len(p.policyARNs) == 0 {
		return nil, nil
	}
	var documents []string
	if p.policy != nil {
		documents = append(documents, *p.policy)
	}
	administrator := arn.ARN{
		Partition: account.partition, Service: "iam", AccountID: "aws", Resource: "policy/AdministratorAccess",
	}
	if slices.Contains(p.policyARNs, administrator.String()) {
		documents = append(documents, allowAll)
	}
	limits := &permissions{}
	for _, document := range documents {
		read, refused := readPermissions(document)
		if refused != nil {
			return nil, refused
		}
		limits.statements = append(limits.statements, read.statements...)
	}
	for _, policyARN := range p.policyARNs {
		// AWS's wording isn't known.
		if !isPolicyARN(policyARN, account) {
			return nil, validationError("ARN %s is not valid.", policyARN)
		}
	}
	return limits, nil
}

// packPolicies measures the session policies, with the tags, in percent of the
// room there is. 0: there are none.
func packPolicies(p *assumeParameters, requested map[string]string) (percent int, refused *refusal) {
	plain := slices.Clone(p.policyARNs)
	if p.policy != nil {
		plain = append(plain, *p.policy)
	}
	tags := packedTags(requested)
	if len(plain) == 0 && len(tags) == 0 {
		return 0, nil
	}
	tagsPercent := percentage(packedSize(tags), maxPackedBytes)
	if tagsPercent > 100 {
		return 0, badRequest(
			"PackedPolicyTooLarge",
			"Packed size of session tags consumes %d%% of allotted space.",
			tagsPercent,
		)
	}
	text := strings.Join(plain, "")
	percent = percentage(packedSize(append([]byte(text), tags...)), maxPackedBytes)
	if characters := utf8.RuneCountInString(text); characters > maxPlainPolicyCharacters {
		percent = max(percent, percentage(characters, maxPlainPolicyCharacters))
	}
	if percent > 100 {
		return 0, badRequest("PackedPolicyTooLarge",
			"Packed policy consumes %d%% of allotted space, please use smaller policy.", percent)
	}
	return percent, nil
}

func packedSize(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	var packed bytes.Buffer
	writer, err := flate.NewWriter(&packed, flate.BestCompression)
	if err == nil {
		_, err = writer.Write(text)
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		// The level is valid and the buffer takes everything.
		panic(err)
	}
	return packed.Len()
}

// isPolicyARN: a managed policy is AWS's, or one of the role's account.
func isPolicyARN(text string, account roleARN) bool {
	parsed, err := arn.Parse(text)
	if err != nil {
		return false
	}
	name, ok := strings.CutPrefix(parsed.Resource, "policy/")
	return ok && name != "" && parsed.Partition == account.partition && parsed.Service == "iam" &&
		parsed.Region == "" && (parsed.AccountID == "aws" || parsed.AccountID == account.account)
}

func malformedPolicy(message string) *refusal {
	return badRequest("MalformedPolicyDocument", "%s", message)
}

// checkSessionPolicy checks the outline of a document without principals, not whether its actions and resources exist.
func checkSessionPolicy(policy string) *refusal {
	var document map[string]json.RawMessage
	if json.Unmarshal([]byte(policy), &document) != nil || document == nil {
		return malformedPolicy("This policy contains invalid Json")
	}
	for element := range document {
		if !slices.Contains([]string{"Version", "Id", "Statement"}, element) {
			return malformedPolicy("Syntax errors in policy.")
		}
	}
	if text, ok := document["Version"]; ok {
		var version string
		if json.Unmarshal(text, &version) != nil || (version != policyVersion && version != "2008-10-17") {
			return malformedPolicy("The policy must contain a valid version string")
		}
	}
	text := bytes.TrimSpace(document["Statement"])
	if len(text) == 0 {
		return malformedPolicy("Missing required field Statement")
	}
	if text[0] != '[' {
		text = slices.Concat([]byte("["), text, []byte("]"))
	}
	var statements []map[string]json.RawMessage
	if json.Unmarshal(text, &statements) != nil || len(statements) == 0 {
		return malformedPolicy("Syntax errors in policy.")
	}
	for _, statement := range statements {
		if refused := checkSessionStatement(statement); refused != nil {
			return refused
		}
	}
	return nil
}

func checkSessionStatement(statement map[string]json.RawMessage) *refusal {
	allowed := []string{"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
	for element := range statement {
		if strings.HasSuffix(element, "Principal") {
			return malformedPolicy("Policy document should not specify a principal.")
		}
		if !slices.Contains(allowed, element) {
			return malformedPolicy("Syntax errors in policy.")
		}
	}
	var effect string
	if json.Unmarshal(statement["Effect"], &effect) != nil || (effect != "Allow" && effect != "Deny") {
		return malformedPolicy("Missing required field Effect")
	}
	if statement["Action"] == nil && statement["NotAction"] == nil {
		return malformedPolicy("Policy statement must contain actions.")
	}
	if statement["Resource"] == nil && statement["NotResource"] == nil {
		return malformedPolicy("Policy statement must contain resources.")
	}
	return nil
}
