terraform {
  required_version = ">= 1.10"

  # The rest of the address comes from environments/<env>.s3.tfbackend at init.
  backend "s3" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
