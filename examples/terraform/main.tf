# Applied with AWS_ENDPOINT_URL, which `kecs env` sets: nothing here says that it is not AWS.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.100" }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variable "name" { type = string }
variable "text" { type = string }

data "aws_vpc" "default" { default = true }
data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

resource "aws_ecs_cluster" "this" { name = var.name }

resource "aws_ecs_task_definition" "web" {
  family       = var.name
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name         = "web"
    image        = "busybox"
    memory       = 32
    essential    = true
    stopTimeout  = 2
    portMappings = [{ containerPort = 8080 }]
    command      = ["sh", "-c", "mkdir -p /www && echo ${var.text} > /www/index.html && exec httpd -f -p 8080 -h /www"]
  }])
}

resource "aws_ecs_service" "web" {
  name                  = "web"
  cluster               = aws_ecs_cluster.this.arn
  task_definition       = aws_ecs_task_definition.web.arn
  desired_count         = 2
  wait_for_steady_state = true
  network_configuration {
    subnets = slice(data.aws_subnets.default.ids, 0, 2)
  }
}
