terraform {
  required_version = ">= 1.11"
  required_providers {
    monai = {
      source = "monai-rs/monai"
    }
  }
}

variable "api_key" {
  description = "The bearer key that clients of the endpoint send, at least 128 bit."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "api_key_version" {
  description = "Raise this number when `api_key` changes; Terraform does not remember the key itself."
  type        = number
  default     = 1
}

variable "port" {
  description = "The port on 127.0.0.1 where the endpoint listens."
  type        = number
  default     = 18080
}

provider "monai" {}

data "monai_bundle" "brain_tissue" {
  source = "${path.module}/../bundles/brain_tissue"
}

resource "monai_model_endpoint" "brain_tissue" {
  name = "brain-tissue"

  bundle {
    source = data.monai_bundle.brain_tissue.source
  }

  local {
    port = var.port
  }

  auth {
    api_keys_wo         = { quickstart = var.api_key }
    api_keys_wo_version = var.api_key_version
  }
}

output "url" {
  description = "Where the endpoint answers."
  value       = monai_model_endpoint.brain_tissue.url
}

output "model" {
  description = "The model's name and version, from the bundle's metadata."
  value       = "${data.monai_bundle.brain_tissue.name} ${data.monai_bundle.brain_tissue.version}"
}
