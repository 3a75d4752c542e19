package provider_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/webidentity/terraform-provider-sts/internal/command"
	"github.com/webidentity/terraform-provider-sts/internal/provider"
)

// TestFlagsHaveTheNamesOfArguments compares the flags with the schema, in both directions.
func TestFlagsHaveTheNamesOfArguments(t *testing.T) {
	server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := argumentsByFlag(schemas)
	var help bytes.Buffer
	command.Run(t.Context(), "credentials", []string{"-h"}, command.Process{Stdout: &help, Stderr: io.Discard})
	var flags []string
	for line := range strings.SplitSeq(help.String(), "\n") {
		if name, ok := strings.CutPrefix(line, "  --"); ok {
			name, _, _ = strings.Cut(name, " ")
			flags = append(flags, name)
			if want[name] == "" {
				t.Errorf("--%s has the name of no argument", name)
			}
		}
	}
	for name, argument := range want {
		if !slices.Contains(flags, name) {
			t.Errorf("there is no --%s for %s", name, argument)
		}
	}
}

// argumentsByFlag are the arguments that have a flag, by its name.
func argumentsByFlag(schemas *tfprotov6.GetProviderSchemaResponse) map[string]string {
	want := map[string]string{} // the argument by its flag
	add := func(prefix string, attributes []*tfprotov6.SchemaAttribute) {
		for _, attribute := range attributes {
			name := prefix + strings.ReplaceAll(attribute.Name, "_", "-")
			if attribute.Optional || attribute.Required {
				want[name] = attribute.Name
			}
		}
	}
	add("", schemas.Provider.Block.Attributes)
	for _, attribute := range schemas.DataSourceSchemas["sts_assume_role_with_web_identity"].Block.Attributes {
		switch attribute.Name {
		case "web_identity_token_request":
			for _, platform := range attribute.NestedType.Attributes {
				add("", append(platform.NestedType.Attributes, platform))
			}
		case "assume_role":
			for _, argument := range attribute.NestedType.Attributes {
				switch argument.Name {
				case "role_arn":
					want["assume-role-arn"] = argument.Name
				case "role_session_name":
					want["assume-role-session-name"] = argument.Name
				case "duration_seconds", "policy", "policy_arns":
					add("assume-role-", []*tfprotov6.SchemaAttribute{argument})
				default:
					add("", []*tfprotov6.SchemaAttribute{argument})
				}
			}
		default:
			add("", []*tfprotov6.SchemaAttribute{attribute})
		}
	}
	for _, none := range []string{"web-identity-token", "web-identity-token-request", "assume-role"} {
		delete(want, none)
	}
	return want
}
