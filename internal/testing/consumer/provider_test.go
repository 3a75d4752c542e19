package consumer

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var (
	listOfStrings = tftypes.List{ElementType: tftypes.String}
	setOfStrings  = tftypes.Set{ElementType: tftypes.String}
	endpointsType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"s3": tftypes.String, "sts": tftypes.String}}
)

// hashicorpArguments are the kinds of hashicorp/aws's arguments of these names.
var hashicorpArguments = map[string]tftypes.Type{
	"access_key":                  tftypes.String,
	"secret_key":                  tftypes.String,
	"token":                       tftypes.String,
	"region":                      tftypes.String,
	"profile":                     tftypes.String,
	"shared_config_files":         listOfStrings,
	"shared_credentials_files":    listOfStrings,
	"allowed_account_ids":         setOfStrings,
	"skip_credentials_validation": tftypes.Bool,
	"skip_requesting_account_id":  tftypes.Bool,
	"skip_region_validation":      tftypes.Bool,
	"s3_use_path_style":           tftypes.Bool,
	"skip_metadata_api_check":     tftypes.String,
}

func TestProviderSchema_HasHashicorpsArguments(t *testing.T) {
	block := providerSchema(t).Provider.Block

	got := map[string]tftypes.Type{}
	for _, attribute := range block.Attributes {
		got[attribute.Name] = attribute.Type
		if !attribute.Optional || attribute.Sensitive {
			t.Errorf("%s: optional %t, sensitive %t; want an optional one that isn't sensitive",
				attribute.Name, attribute.Optional, attribute.Sensitive)
		}
	}
	if !maps.EqualFunc(got, hashicorpArguments, tftypes.Type.Equal) {
		t.Errorf("arguments are %v, want %v", got, hashicorpArguments)
	}
	nesting := map[string]tfprotov6.SchemaNestedBlockNestingMode{}
	for _, nested := range block.BlockTypes {
		nesting[nested.TypeName] = nested.Nesting
	}
	if want := (map[string]tfprotov6.SchemaNestedBlockNestingMode{
		"endpoints":                     tfprotov6.SchemaNestedBlockNestingModeSet,
		"assume_role_with_web_identity": tfprotov6.SchemaNestedBlockNestingModeList,
	}); !maps.Equal(nesting, want) {
		t.Errorf("blocks are %v, want %v", nesting, want)
	}
}

func TestProviderSchema_HasCallerIdentity(t *testing.T) {
	schema := providerSchema(t)
	if len(schema.DataSourceSchemas) != 1 || schema.DataSourceSchemas["aws_caller_identity"] == nil {
		t.Errorf("data sources are %v, want aws_caller_identity alone", schema.DataSourceSchemas)
	}
}

func TestValidateProviderConfig(t *testing.T) {
	cases := map[string]map[string]tftypes.Value{
		"empty": {},
		"static credentials": {
			"access_key":              tftypes.NewValue(tftypes.String, accessKey),
			"secret_key":              tftypes.NewValue(tftypes.String, secretKey),
			"token":                   tftypes.NewValue(tftypes.String, sessionToken),
			"skip_metadata_api_check": tftypes.NewValue(tftypes.String, "true"),
		},
		"a profile not known yet": {
			"profile": tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
		},
	}
	for name, set := range cases {
		t.Run(name, func(t *testing.T) {
			resp, err := server(t).ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{
				Config: providerConfig(t, set),
			})
			if err != nil {
				t.Fatal(err)
			}
			wantNoDiagnostics(t, resp.Diagnostics)
		})
	}
}

func server(t *testing.T) tfprotov6.ProviderServer {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(New())()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func providerSchema(t *testing.T) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	resp, err := server(t).GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	wantNoDiagnostics(t, resp.Diagnostics)
	return resp
}

func wantNoDiagnostics(t *testing.T, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diagnostics {
		t.Errorf("%s: %s: %s", d.Severity, d.Summary, d.Detail)
	}
}

// providerConfig is a provider block with the given arguments set and the others null.
func providerConfig(t *testing.T, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	endpoints := tftypes.Set{ElementType: endpointsType}
	kinds := maps.Clone(hashicorpArguments)
	kinds["endpoints"] = endpoints
	own := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	for _, name := range []string{
		"role_arn", "session_name", "web_identity_token", "web_identity_token_file", "duration", "policy",
	} {
		own.AttributeTypes[name] = tftypes.String
	}
	kinds["assume_role_with_web_identity"] = tftypes.List{ElementType: own}
	values := map[string]tftypes.Value{}
	for name, kind := range kinds {
		values[name] = tftypes.NewValue(kind, nil)
	}
	values["endpoints"] = tftypes.NewValue(endpoints, []tftypes.Value{})
	values["assume_role_with_web_identity"] = tftypes.NewValue(tftypes.List{ElementType: own}, []tftypes.Value{})
	maps.Copy(values, set)

	object := tftypes.Object{AttributeTypes: kinds}
	config, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	if err != nil {
		t.Fatal(err)
	}
	return &config
}
