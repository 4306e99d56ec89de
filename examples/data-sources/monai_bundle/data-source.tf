data "monai_bundle" "brain_tissue" {
  source  = "${path.module}/bundles/brain_tissue"
  shape   = [256, 256, 180]
  spacing = [0.9, 0.9, 1]
}

output "model" {
  value = "${data.monai_bundle.brain_tissue.name} ${data.monai_bundle.brain_tissue.version}"
}

output "memory" {
  value = data.monai_bundle.brain_tissue.memory_estimate
}
