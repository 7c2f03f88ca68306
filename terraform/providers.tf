provider "aws" {
  region = var.region

  default_tags {
    tags = {
      application = "omnipricex"
      environment = var.environment
    }
  }
}
