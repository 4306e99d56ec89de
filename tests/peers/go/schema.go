// Written by `cargo peers schema` from the answer of our provider; do not edit.
package main

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	data "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	provider "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ attr.Type = types.StringType

func providerSchema() provider.Schema {
	return provider.Schema{
		MarkdownDescription: "Takes trained MONAI bundles to production.",
		Attributes:          map[string]provider.Attribute{},
		Blocks: map[string]provider.Block{
			"local": provider.SingleNestedBlock{
				MarkdownDescription: "The platform `local`: endpoints as supervised processes on this machine.",
				Attributes: map[string]provider.Attribute{
					"state_dir": provider.StringAttribute{
						MarkdownDescription: "The folder that endpoints of this machine live in. Default: `$XDG_STATE_HOME/monai`, else `~/.local/state/monai`.",
						Optional:            true,
					},
				},
			},
		},
	}
}

var resources = map[string]func() resource.Schema{
	"monai_model_endpoint": func() resource.Schema {
		return resource.Schema{
			MarkdownDescription: "A MONAI bundle as a running, authenticated service.",
			Attributes: map[string]resource.Attribute{
				"desired_digest": resource.StringAttribute{
					MarkdownDescription: "The digest of the bundle that is to be served, pinned by the plan. An apply that finds another digest stops with\n`Provider produced inconsistent final plan` and names both; plan again to serve what the folder holds now.",
					Computed:            true,
				},
				"id": resource.StringAttribute{
					MarkdownDescription: "The endpoint's id, which `terraform import` takes: its name.",
					Computed:            true,
				},
				"name": resource.StringAttribute{
					MarkdownDescription: "The endpoint's name: 1 to 63 lower-case letters, digits and `-`. Changing this replaces the resource.",
					Required:            true,
				},
				"runtime_digest": resource.StringAttribute{
					MarkdownDescription: "The digest of the runtime that serves it, pinned by the plan.",
					Computed:            true,
				},
				"status": resource.StringAttribute{
					MarkdownDescription: "`ready`, or in what way the endpoint is not as it should be; an apply mends that.",
					Computed:            true,
				},
				"url": resource.StringAttribute{
					MarkdownDescription: "Where the endpoint answers.",
					Computed:            true,
				},
			},
			Blocks: map[string]resource.Block{
				"auth": resource.SingleNestedBlock{
					MarkdownDescription: "Who may call the endpoint. Only liveness and readiness are open to all.",
					Attributes: map[string]resource.Attribute{
						"anonymous": resource.BoolAttribute{
							MarkdownDescription: "Whether anyone may call. Must be written out.",
							Optional:            true,
						},
						"api_keys_wo": resource.MapAttribute{
							MarkdownDescription: "Bearer keys by client id, each of at least 128 bit. Neither state nor plan ever holds them. Changing this takes effect when `api_keys_wo_version` is changed with it. Write-only: never stored in plan or state.",
							Optional:            true,
							Sensitive:           true,
							WriteOnly:           true,
							ElementType:         types.StringType,
						},
						"api_keys_wo_version": resource.Int64Attribute{
							MarkdownDescription: "Any number; raise it when `api_keys_wo` changes, since Terraform cannot see that itself.",
							Optional:            true,
						},
					},
				},
				"bundle": resource.SingleNestedBlock{
					MarkdownDescription: "The bundle, opened and checked at plan.",
					Attributes: map[string]resource.Attribute{
						"digest": resource.StringAttribute{
							MarkdownDescription: "The digest that the bundle must have, `sha256:…`. Changing this changes nothing by itself: a bundle of another digest is refused at plan.",
							Optional:            true,
						},
						"source": resource.StringAttribute{
							MarkdownDescription: "The bundle's folder. Changing this is rolling where the content differs; a moved folder changes nothing of what is served.",
							Required:            true,
						},
					},
				},
				"local": resource.SingleNestedBlock{
					MarkdownDescription: "Runs the endpoint as a supervised process on this machine. Exactly one platform must be given.",
					Attributes: map[string]resource.Attribute{
						"address": resource.StringAttribute{
							MarkdownDescription: "Address that the server listens on. Takes an IP address. Default: `127.0.0.1`. Any other than a loopback address needs TLS, which this version does not have.",
							Optional:            true,
						},
						"port": resource.Int64Attribute{
							MarkdownDescription: "TCP port that the server listens on. Takes a whole number from 1 to 65535. Changing this is rolling: the new port is bound before the old server stops.",
							Required:            true,
						},
						"runtime": resource.StringAttribute{
							MarkdownDescription: "The path of the runtime's binary `monai`. Default: beside the provider, else on PATH.",
							Optional:            true,
						},
					},
				},
				"logging": resource.SingleNestedBlock{
					MarkdownDescription: "What the server logs.",
					Attributes: map[string]resource.Attribute{
						"level": resource.StringAttribute{
							MarkdownDescription: "Least level that is logged: 5xx answers are `error`, 4xx `warn`, others `info`, health probes `debug`. Takes one of `error`, `warn`, `info`, `debug`. Default: `info`.",
							Optional:            true,
						},
					},
				},
				"scaling": resource.SingleNestedBlock{
					MarkdownDescription: "How many requests one server takes.",
					Attributes: map[string]resource.Attribute{
						"queue_depth_per_replica": resource.Int64Attribute{
							MarkdownDescription: "How many requests wait beyond those that run. One more is refused with status 429. Takes a whole number from 0 to 1024. Default: `4`.",
							Optional:            true,
						},
						"target_in_flight": resource.Int64Attribute{
							MarkdownDescription: "How many requests run at once. Takes a whole number from 1 to 64. Default: `1`.",
							Optional:            true,
						},
					},
				},
				"serving": resource.SingleNestedBlock{
					MarkdownDescription: "Limits of a request.",
					Attributes: map[string]resource.Attribute{
						"drain": resource.StringAttribute{
							MarkdownDescription: "How long requests that run may take to finish when the server stops. Takes a duration from 0ms to 24h, such as `10m`. Default: `30s`.",
							Optional:            true,
						},
						"max_volume": resource.StringAttribute{
							MarkdownDescription: "Largest request body, and largest image after decompression. A larger one is refused with status 413. Takes a size from 1KiB to 64GiB, such as `600MiB`. Default: `600MiB`.",
							Optional:            true,
						},
						"threads": resource.Int64Attribute{
							MarkdownDescription: "Threads that one inference may use; 0 takes one per processor. Takes a whole number from 0 to 1024. Default: `0`.",
							Optional:            true,
						},
						"timeout": resource.StringAttribute{
							MarkdownDescription: "How long a request may take, waiting included. A longer one is answered with status 504. Takes a duration from 1s to 24h, such as `10m`. Default: `10m`.",
							Optional:            true,
						},
					},
				},
				"timeouts": resource.SingleNestedBlock{
					MarkdownDescription: "Time limits of the operations.",
					Attributes: map[string]resource.Attribute{
						"create": resource.StringAttribute{
							MarkdownDescription: "Time limit of create. Must be a length of time such as `90s`, `20m` or `1h30m`.",
							Optional:            true,
						},
						"delete": resource.StringAttribute{
							MarkdownDescription: "Time limit of delete. Must be a length of time such as `90s`, `20m` or `1h30m`.",
							Optional:            true,
						},
						"read": resource.StringAttribute{
							MarkdownDescription: "Time limit of read. Must be a length of time such as `90s`, `20m` or `1h30m`.",
							Optional:            true,
						},
						"update": resource.StringAttribute{
							MarkdownDescription: "Time limit of update. Must be a length of time such as `90s`, `20m` or `1h30m`.",
							Optional:            true,
						},
					},
				},
			},
		}
	},
}

var dataSources = map[string]func() data.Schema{
	"monai_bundle": func() data.Schema {
		return data.Schema{
			MarkdownDescription: "What a MONAI bundle is and whether it runs. A bundle that does not run is an error that names every reason.",
			Attributes: map[string]data.Attribute{
				"digest": data.StringAttribute{
					MarkdownDescription: "The digest that the bundle must have, `sha256:…`. Read without it to learn the digest.",
					Optional:            true,
					Computed:            true,
				},
				"labels": data.MapAttribute{
					MarkdownDescription: "What each class of the output means, by its number.",
					Computed:            true,
					ElementType:         types.StringType,
				},
				"name": data.StringAttribute{
					MarkdownDescription: "The bundle's name, from its metadata, else its folder's name.",
					Computed:            true,
				},
				"parameters": data.Int64Attribute{
					MarkdownDescription: "The number of the network's parameters.",
					Computed:            true,
				},
				"source": data.StringAttribute{
					MarkdownDescription: "The bundle's folder.",
					Required:            true,
				},
				"task": data.StringAttribute{
					MarkdownDescription: "What the bundle is for, from its metadata.",
					Computed:            true,
				},
				"version": data.StringAttribute{
					MarkdownDescription: "The bundle's version, from its metadata.",
					Computed:            true,
				},
			},
		}
	},
}
