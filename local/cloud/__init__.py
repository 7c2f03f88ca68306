"""The platform's cloud on one machine: stores, an AWS emulator and the production Terraform applied to it."""
