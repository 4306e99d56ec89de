// A provider of three resources that live in Terraform's state alone: the peer of `cargo peers provider`.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

func main() {
	opts := providerserver.ServeOpts{Address: "registry.terraform.io/monai-rs/bench"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return bench{} }, opts); err != nil {
		log.Fatal(err)
	}
}

type bench struct{}

func (bench) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "bench"
}

func (bench) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: "Resources to measure with."}
}

func (bench) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (bench) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newItem, newSet, newBlob}
}

func (bench) DataSources(context.Context) []func() datasource.DataSource { return nil }
