# Refuses a machine on which a study of 512 x 512 x 300 voxels of 1 mm would not fit.
resource "terraform_data" "endpoint" {
  lifecycle {
    precondition {
      condition     = provider::monai::fits("./bundles/spleen", "8GiB", 512, 512, 300)
      error_message = "The largest studies need more than 8 GiB."
    }
  }
}
