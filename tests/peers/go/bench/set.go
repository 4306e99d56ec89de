package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type setModel struct {
	ID    types.String `tfsdk:"id"`
	Name  types.String `tfsdk:"name"`
	Rules types.Set    `tfsdk:"rules"`
}

type set struct{}

func newSet() resource.Resource { return set{} }

func (set) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_set"
}

func (set) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An object with a set of nested objects.",
		Attributes: map[string]schema.Attribute{
			"id": idAttribute(),
			"name": schema.StringAttribute{
				MarkdownDescription: "Its name.",
				Required:            true,
			},
			"rules": schema.SetNestedAttribute{
				MarkdownDescription: "Its rules, in no order.",
				Required:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"name": schema.StringAttribute{
							MarkdownDescription: "The rule's name.",
							Required:            true,
						},
						"port": schema.Int64Attribute{
							MarkdownDescription: "The port that it opens.",
							Required:            true,
						},
						"source": schema.StringAttribute{
							MarkdownDescription: "Whom it lets in.",
							Optional:            true,
						},
						"enabled": schema.BoolAttribute{
							MarkdownDescription: "Whether it counts. Default: `true`.",
							Optional:            true,
							Computed:            true,
							Default:             booldefault.StaticBool(true),
						},
					},
				},
			},
		},
	}
}

func (set) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model setModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.ID = types.StringValue("set-" + model.Name.ValueString())
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (set) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var model setModel
	resp.Diagnostics.Append(req.State.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (set) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var model setModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (set) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
