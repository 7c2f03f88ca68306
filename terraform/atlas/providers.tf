provider "aws" {
  region = var.region

  default_tags {
    tags = {
      application = "omnipricex"
      environment = var.environment
    }
  }
}

# Its credentials come from MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET.
provider "mongodbatlas" {}
