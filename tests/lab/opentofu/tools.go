//go:build tools

// Package opentofu names the program that `cargo verify` builds from these versions.
package opentofu

import _ "github.com/opentofu/opentofu/cmd/tofu"
