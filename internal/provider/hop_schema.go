package provider

import (
	"context"
	"fmt"
	"math"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

const assumeRoleReference = "[`AssumeRole`](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html)"

// hopsArgument is assume_role. The policies of a hop are the block's own arguments.
func hopsArgument() schema.ListNestedAttribute {
	block := arguments()
	hop := hopArguments()
	for _, name := range []string{explain.PolicyArgument, explain.PolicyARNsArgument} {
		hop[name] = block[name]
	}
	return schema.ListNestedAttribute{
		Optional: true,
		MarkdownDescription: "Further roles to assume after the exchange, in this order (role chaining). The value " +
			"is a list, also for one role. It can't be empty. The provider calls " + assumeRoleReference + " for " +
			"each element, with the credentials of the role before. The result has the credentials of the last role. " +
			"Each role's trust policy must allow the role before, and that role needs the permission " +
			"`sts:AssumeRole`. All roles must be in one partition. `timeout` limits the time for the whole chain. " +
			"Terraform ignores names inside an element that don't exist, such as `session_name` or `policyarns`. The guide \"One identity, many accounts\" " +
			"has the policies.",
		NestedObject: schema.NestedAttributeObject{Attributes: hop},
		Validators:   []validator.List{listvalidator.NoNullValues(), hopsOrNull{}},
	}
}

func hopArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		explain.RoleARNArgument: schema.StringAttribute{
			Required: true,
			MarkdownDescription: "ARN of the role to assume. 20 to 2048 characters. With an `endpoint` that isn't " +
				"AWS's, the value can be any text. (`RoleArn`)",
		},
		explain.RoleSessionNameArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Name of the session. 2 to 64 letters, digits, and `_+=,.@-`. Default: the session " +
				"name of the block. (`RoleSessionName`)",
			Validators: []validator.String{checkedBy("a role session name", checkRoleSessionName)},
		},
		explain.DurationArgument: schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: "Duration of the session, in seconds. 900 (15 minutes) to 3600 (1 hour). AWS limits " +
				"sessions by role chaining to one hour, whatever the role allows. Default: the default of the " +
				"service, which is 3600 at AWS. Servers that aren't AWS's might allow more. (`DurationSeconds`)",
			Validators: []validator.Number{wholeNumber{assumerole.MinDurationSeconds, math.MaxInt32}},
		},
		explain.ExternalIDArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "External ID that the role's trust policy requires. 2 to 1224 letters, digits, and " +
				"`_+=,.@:/-`. AWS doesn't treat it as a secret, and this argument isn't sensitive. (`ExternalId`)",
			Validators: []validator.String{checkedBy("an external ID", assumerole.CheckExternalID)},
		},
		explain.TagsArgument: schema.MapAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "Session tags. At most 50, with keys of 1 to 128 characters and values of up to 256 " +
				"characters. The characters are letters, digits, spaces, and `_.:/=+-@`. Keys aren't case-sensitive. " +
				"They can't begin with `aws:`. Both roles' policies must allow `sts:TagSession`. (`Tags`)",
			Validators: []validator.Map{tags{}},
		},
		explain.TransitiveTagKeysArgument: schema.SetAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "Keys of `tags` that pass on to the next sessions of the chain. A tag that is " +
				"passed on can't change. (`TransitiveTagKeys`)",
			Validators: []validator.Set{atArgument{setvalidator.NoNullValues()}},
		},
		explain.SourceIdentityArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Source identity of the session, which CloudTrail shows. 2 to 64 letters, digits, " +
				"and `_+=,.@-`. It passes on to the next sessions of the chain and can't change. If the token or a " +
				"role before has set one, the value must be the same. Both roles' policies must allow " +
				"`sts:SetSourceIdentity`. (`SourceIdentity`)",
			Validators: []validator.String{checkedBy("a source identity", assumerole.CheckSourceIdentity)},
		},
	}
}

// hopsOrNull is the validator for assume_role. An empty list would give the credentials of the block's role to whoever
// expects those of another account.
type hopsOrNull struct{}

func (hopsOrNull) Description(context.Context) string { return "must not be empty" }

func (h hopsOrNull) MarkdownDescription(ctx context.Context) string { return h.Description(ctx) }

func (hopsOrNull) ValidateList(_ context.Context, request validator.ListRequest, response *validator.ListResponse) {
	if request.ConfigValue.IsNull() || request.ConfigValue.IsUnknown() || len(request.ConfigValue.Elements()) > 0 {
		return
	}
	response.Diagnostics.AddAttributeError(request.Path, "No further role",
		"The list is empty, so the result would have the credentials of role_arn. Add a role to the list. If you want "+
			"the credentials of role_arn, set null.")
}

// tags is the validator for session tags.
type tags struct{}

func (tags) Description(context.Context) string { return "must be session tags" }

func (t tags) MarkdownDescription(ctx context.Context) string { return t.Description(ctx) }

func (tags) ValidateMap(_ context.Context, request validator.MapRequest, response *validator.MapResponse) {
	known := map[string]string{}
	for key, element := range request.ConfigValue.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsNull() {
			addValueError(&response.Diagnostics, request.Path, &argumentError{
				summary: "Invalid session tags",
				detail:  fmt.Sprintf("The tag %q has no value. Set one, or remove the tag.", secret.Shown(key)),
			})
			return
		}
		known[key] = text.ValueString() // a value that isn't known yet is empty, which is valid
	}
	if err := assumerole.CheckTags(known); err != nil {
		addValueError(&response.Diagnostics, request.Path, err)
	}
}

// hops reads assume_role. The session name of a hop that has none is the block's.
func (v values) hops() []assumerole.Hop {
	var hops []assumerole.Hop
	for _, hop := range v.objects(explain.AssumeRoleArgument) {
		hops = append(hops, assumerole.Hop{
			RoleARN:           hop.text(explain.RoleARNArgument).ValueString(),
			RoleSessionName:   hop.text(explain.RoleSessionNameArgument).ValueString(),
			DurationSeconds:   int32(whole(hop.number(explain.DurationArgument))), //nolint:gosec // bounded
			ExternalID:        hop.text(explain.ExternalIDArgument).ValueString(),
			PolicyARNs:        hop.texts(explain.PolicyARNsArgument),
			Policy:            hop.text(explain.PolicyArgument).ValueString(),
			Tags:              hop.textMap(explain.TagsArgument),
			TransitiveTagKeys: hop.texts(explain.TransitiveTagKeysArgument),
			SourceIdentity:    hop.text(explain.SourceIdentityArgument).ValueString(),
		})
	}
	return hops
}
