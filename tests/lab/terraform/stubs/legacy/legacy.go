// Package legacy is what only Terraform's own tests use.
package legacy
