// A minimal provider on HashiCorp's Go framework with the schema of ours: the peer of `cargo peers start`.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	opts := providerserver.ServeOpts{Address: "registry.terraform.io/monai-rs/monai"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return &peer{} }, opts); err != nil {
		log.Fatal(err)
	}
}

type peer struct{}

func (*peer) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "monai"
}

func (*peer) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{Attributes: map[string]providerschema.Attribute{
		"local": providerschema.SingleNestedAttribute{Optional: true, Attributes: map[string]providerschema.Attribute{
			"state_dir": providerschema.StringAttribute{Optional: true},
		}},
	}}
}

func (*peer) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (*peer) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (*peer) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &endpoint{} }}
}

type endpoint struct{}

type endpointModel struct {
	Name   types.String `tfsdk:"name"`
	Bundle types.Object `tfsdk:"bundle"`
	Local  types.Object `tfsdk:"local"`
	Auth   types.Object `tfsdk:"auth"`
	ID     types.String `tfsdk:"id"`
	URL    types.String `tfsdk:"url"`
}

func (*endpoint) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "monai_model_endpoint"
}

func (*endpoint) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"name": schema.StringAttribute{Required: true},
		"bundle": schema.SingleNestedAttribute{Required: true, Attributes: map[string]schema.Attribute{
			"source": schema.StringAttribute{Required: true},
			"digest": schema.StringAttribute{Optional: true, Computed: true},
		}},
		"local": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"port":    schema.Int64Attribute{Required: true},
			"runtime": schema.StringAttribute{Optional: true},
			"address": schema.StringAttribute{Optional: true},
		}},
		"auth": schema.SingleNestedAttribute{Required: true, Attributes: map[string]schema.Attribute{
			"api_keys_wo":         schema.MapAttribute{ElementType: types.StringType, Optional: true, Sensitive: true, WriteOnly: true},
			"api_keys_wo_version": schema.Int64Attribute{Optional: true},
			"anonymous":           schema.BoolAttribute{Optional: true},
		}},
		"id":  schema.StringAttribute{Computed: true},
		"url": schema.StringAttribute{Computed: true},
	}}
}

func (*endpoint) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model endpointModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	model.ID = model.Name
	model.URL = types.StringValue("http://127.0.0.1")
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (*endpoint) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (*endpoint) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (*endpoint) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
