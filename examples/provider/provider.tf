terraform {
  required_version = ">= 1.11"
  required_providers {
    monai = {
      source = "monai-rs/monai"
    }
  }
}


provider "monai" {}
