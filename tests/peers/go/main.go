// A minimal provider on HashiCorp's Go framework with the schema of ours: the peer of `cargo peers start`.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
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
	resp.Schema = providerSchema()
}

func (*peer) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (*peer) Resources(context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for name := range resources {
		all = append(all, func() resource.Resource { return &peerResource{name} })
	}
	return all
}

func (*peer) DataSources(context.Context) []func() datasource.DataSource {
	var all []func() datasource.DataSource
	for name := range dataSources {
		all = append(all, func() datasource.DataSource { return &peerDataSource{name} })
	}
	return all
}

// A resource that keeps what was planned.
type peerResource struct{ name string }

func (r *peerResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.name
}

func (r *peerResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resources[r.name]()
}

func (*peerResource) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (*peerResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (*peerResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (*peerResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// A data source that gives its configuration back.
type peerDataSource struct{ name string }

func (d *peerDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.name
}

func (d *peerDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSources[d.name]()
}

func (*peerDataSource) Read(_ context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	resp.State.Raw = req.Config.Raw
}
