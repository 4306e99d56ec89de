// Package azure stands for the remote-state backend of this name, which the module proxy does not carry.
package azure

import "github.com/hashicorp/terraform/internal/backend"

// New is called when a configuration asks for this backend.
func New() backend.Backend {
	panic("this Terraform was built for tests: it has no backend `azure`")
}
