import {
  to = monai_model_endpoint.brain_tissue
  identity = {
    name = "brain-tissue"
  }
}
