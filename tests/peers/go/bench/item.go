package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type itemModel struct {
	ID          types.String  `tfsdk:"id"`
	Name        types.String  `tfsdk:"name"`
	Description types.String  `tfsdk:"description"`
	Mode        types.String  `tfsdk:"mode"`
	Enabled     types.Bool    `tfsdk:"enabled"`
	Size        types.Int64   `tfsdk:"size"`
	Ratio       types.Float64 `tfsdk:"ratio"`
	Tags        types.Map     `tfsdk:"tags"`
	Zones       types.List    `tfsdk:"zones"`
	Owners      types.Set     `tfsdk:"owners"`
	Limits      types.Object  `tfsdk:"limits"`
}

type item struct{}

func newItem() resource.Resource { return item{} }

func (item) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_item"
}

func (item) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An object with attributes of every ordinary kind.",
		Attributes: map[string]schema.Attribute{
			"id": idAttribute(),
			"name": schema.StringAttribute{
				MarkdownDescription: "Its name. Must be 1 to 64 long. Changing this replaces the resource.",
				Required:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				Validators:          []validator.String{stringvalidator.LengthBetween(1, 64)},
			},
			"description": schema.StringAttribute{
				MarkdownDescription: "What it is for.",
				Optional:            true,
			},
			"mode": schema.StringAttribute{
				MarkdownDescription: "How it works. Default: `\"standard\"`. Must be one of `standard`, `fast`.",
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString("standard"),
				Validators:          []validator.String{stringvalidator.OneOf("standard", "fast")},
			},
			"enabled": schema.BoolAttribute{
				MarkdownDescription: "Whether it works. Default: `true`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(true),
			},
			"size": schema.Int64Attribute{
				MarkdownDescription: "How large it is.",
				Required:            true,
			},
			"ratio": schema.Float64Attribute{
				MarkdownDescription: "How much of it is used.",
				Optional:            true,
			},
			"tags": schema.MapAttribute{
				MarkdownDescription: "Its tags.",
				ElementType:         types.StringType,
				Optional:            true,
			},
			"zones": schema.ListAttribute{
				MarkdownDescription: "Where it is, the best first.",
				ElementType:         types.StringType,
				Optional:            true,
			},
			"owners": schema.SetAttribute{
				MarkdownDescription: "Who may change it.",
				ElementType:         types.StringType,
				Optional:            true,
			},
			"limits": schema.SingleNestedAttribute{
				MarkdownDescription: "What it may use.",
				Optional:            true,
				Attributes: map[string]schema.Attribute{
					"cpu": schema.Int64Attribute{
						MarkdownDescription: "Cores.",
						Required:            true,
					},
					"memory": schema.Int64Attribute{
						MarkdownDescription: "Bytes.",
						Required:            true,
					},
				},
			},
		},
	}
}

func (item) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model itemModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.ID = types.StringValue("item-" + model.Name.ValueString())
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (item) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var model itemModel
	resp.Diagnostics.Append(req.State.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (item) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var model itemModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (item) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// The attribute of an id that is kept once it is known.
func idAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: "Its id.",
		Computed:            true,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}
