data "monai_bundle" "brain_tissue" {
  source = "${path.module}/bundles/brain_tissue"
}

output "model" {
  value = "${data.monai_bundle.brain_tissue.name} ${data.monai_bundle.brain_tissue.version}"
}
