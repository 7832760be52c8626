# What every module here begins with: test/support/terraform.ts lays this file beside each of them.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }

# What every name begins with, at most 12 characters: names of target groups have 32.
variable "unique" { type = string }

# Whether what can be changed in place is.
variable "changed" {
  type    = bool
  default = false
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    appautoscaling   = var.endpoint
    ec2              = var.endpoint
    ecr              = var.endpoint
    ecs              = var.endpoint
    elbv2            = var.endpoint
    servicediscovery = var.endpoint
  }
}
