//go:build tools

// Package terraform names the program that `cargo verify` builds from these versions.
package terraform

import _ "github.com/hashicorp/terraform"
