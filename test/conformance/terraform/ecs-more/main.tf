terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
# Clusters, capacity providers, tags and account settings; applied, changed and destroyed by ecs-more-terraform.test.ts.
variable "endpoint" {}
variable "unique" {}
variable "changed" { default = false }
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    ecs = var.endpoint
  }
}
resource "aws_ecs_cluster" "main" {
  name = "${var.unique}-main"
  setting {
    name  = "containerInsights"
    value = var.changed ? "enhanced" : "disabled"
  }
  configuration {
    execute_command_configuration {
      logging = var.changed ? "NONE" : "DEFAULT"
    }
  }
  tags = { team = var.changed ? "b" : "a" }
}
resource "aws_ecs_capacity_provider" "group" {
  name = "${var.unique}-group"
  auto_scaling_group_provider {
    auto_scaling_group_arn         = "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/group"
    managed_termination_protection = "DISABLED"
    managed_scaling {
      status          = "ENABLED"
      target_capacity = var.changed ? 90 : 80
    }
  }
  tags = { team = var.changed ? "b" : "a" }
}
resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", aws_ecs_capacity_provider.group.name]
  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = var.changed ? 50 : 100
  }
}
resource "aws_ecs_tag" "extra" {
  resource_arn = aws_ecs_task_definition.app.arn
  key          = "extra"
  value        = var.changed ? "b" : "a"
}
resource "aws_ecs_task_definition" "app" {
  family                = "${var.unique}-app"
  container_definitions = jsonencode([{ name = "app", image = "busybox", memory = 32, essential = true }])
  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}
resource "aws_ecs_account_setting_default" "retirement" {
  name  = "fargateTaskRetirementWaitPeriod"
  value = var.changed ? "14" : "0"
}
resource "aws_ecs_account_setting_default" "long" {
  name  = "taskLongArnFormat"
  value = "enabled"
}
data "aws_ecs_cluster" "main" {
  cluster_name = aws_ecs_cluster.main.name
}
output "status" { value = data.aws_ecs_cluster.main.status }
