variable "api_key" {
  type      = string
  sensitive = true
  ephemeral = true
}

resource "monai_model_endpoint" "brain_tissue" {
  name = "brain-tissue"

  bundle {
    source = "${path.module}/bundles/brain_tissue"
  }

  local {
    port = 18080
  }

  auth {
    api_keys_wo         = { quickstart = var.api_key }
    api_keys_wo_version = 1
  }
}

output "url" {
  value = monai_model_endpoint.brain_tissue.url
}
