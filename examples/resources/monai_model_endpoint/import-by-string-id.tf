import {
  to = monai_model_endpoint.brain_tissue
  id = "brain-tissue"
}
