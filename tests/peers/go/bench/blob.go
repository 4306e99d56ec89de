package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type blobModel struct {
	ID    types.String `tfsdk:"id"`
	Name  types.String `tfsdk:"name"`
	Value types.String `tfsdk:"value"`
}

type blob struct{}

func newBlob() resource.Resource { return blob{} }

func (blob) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_blob"
}

func (blob) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An object with a large text.",
		Attributes: map[string]schema.Attribute{
			"id": idAttribute(),
			"name": schema.StringAttribute{
				MarkdownDescription: "Its name.",
				Required:            true,
			},
			"value": schema.StringAttribute{
				MarkdownDescription: "Its text.",
				Required:            true,
			},
		},
	}
}

func (blob) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model blobModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.ID = types.StringValue("blob-" + model.Name.ValueString())
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (blob) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var model blobModel
	resp.Diagnostics.Append(req.State.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (blob) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var model blobModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (blob) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
