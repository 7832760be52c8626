terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
# Every module of Cloud Map and Application Auto Scaling; applied, changed and destroyed by servicediscovery-terraform.test.ts.
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
    appautoscaling   = var.endpoint
    servicediscovery = var.endpoint
  }
}
resource "aws_service_discovery_http_namespace" "http" {
  name = "${var.unique}-http"
  # A change of the description replaces the namespace: so the provider has it.
  description = "first"
  tags        = { team = var.changed ? "b" : "a" }
}
resource "aws_service_discovery_private_dns_namespace" "private" {
  name        = "${var.unique}.local"
  vpc         = "vpc-1"
  description = var.changed ? "second" : "first"
}
resource "aws_service_discovery_public_dns_namespace" "public" {
  name = "${var.unique}.example.com"
}
resource "aws_service_discovery_service" "private" {
  name = "private"
  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.private.id
    routing_policy = "MULTIVALUE"
    dns_records {
      ttl  = var.changed ? 20 : 10
      type = "A"
    }
  }
  health_check_custom_config {
    failure_threshold = 1
  }
  tags = { tier = "front" }
}
resource "aws_service_discovery_service" "public" {
  name = "public"
  dns_config {
    namespace_id = aws_service_discovery_public_dns_namespace.public.id
    dns_records {
      ttl  = 10
      type = "A"
    }
  }
  health_check_config {
    failure_threshold = var.changed ? 3 : 2
    resource_path     = "/health"
    type              = "HTTP"
  }
}
resource "aws_service_discovery_service" "http" {
  name         = "http"
  namespace_id = aws_service_discovery_http_namespace.http.id
}
resource "aws_service_discovery_instance" "one" {
  instance_id = "one"
  service_id  = aws_service_discovery_service.private.id
  attributes = {
    AWS_INSTANCE_IPV4 = var.changed ? "10.0.0.2" : "10.0.0.1"
    custom            = "x"
  }
}
data "aws_service_discovery_http_namespace" "http" {
  name = aws_service_discovery_http_namespace.http.name
}
data "aws_service_discovery_dns_namespace" "private" {
  name = aws_service_discovery_private_dns_namespace.private.name
  type = "DNS_PRIVATE"
}
data "aws_service_discovery_service" "private" {
  name         = aws_service_discovery_service.private.name
  namespace_id = aws_service_discovery_private_dns_namespace.private.id
}
resource "aws_appautoscaling_target" "table" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${var.unique}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = 1
  max_capacity       = var.changed ? 5 : 4
  tags               = { team = "a" }
}
resource "aws_appautoscaling_policy" "tracking" {
  name               = "tracking"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.table.service_namespace
  resource_id        = aws_appautoscaling_target.table.resource_id
  scalable_dimension = aws_appautoscaling_target.table.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value = var.changed ? 80 : 70
    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}
resource "aws_appautoscaling_target" "fleet" {
  service_namespace  = "ec2"
  resource_id        = "spot-fleet-request/${var.unique}"
  scalable_dimension = "ec2:spot-fleet-request:TargetCapacity"
  min_capacity       = 0
  max_capacity       = 4
}
resource "aws_appautoscaling_policy" "steps" {
  name               = "steps"
  service_namespace  = aws_appautoscaling_target.fleet.service_namespace
  resource_id        = aws_appautoscaling_target.fleet.resource_id
  scalable_dimension = aws_appautoscaling_target.fleet.scalable_dimension
  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 60
    metric_aggregation_type = "Maximum"
    step_adjustment {
      metric_interval_upper_bound = 0
      scaling_adjustment          = -1
    }
    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = var.changed ? 2 : 1
    }
  }
}
resource "aws_appautoscaling_scheduled_action" "morning" {
  name               = "morning"
  service_namespace  = aws_appautoscaling_target.fleet.service_namespace
  resource_id        = aws_appautoscaling_target.fleet.resource_id
  scalable_dimension = aws_appautoscaling_target.fleet.scalable_dimension
  schedule           = "cron(0 8 ? * MON-FRI *)"
  timezone           = "Asia/Tokyo"
  start_time         = "2035-01-01T00:00:00Z"
  scalable_target_action {
    min_capacity = 1
    max_capacity = var.changed ? 3 : 2
  }
}
# What resources are imported by.
output "imports" {
  value = {
    "aws_service_discovery_private_dns_namespace.private" = "${aws_service_discovery_private_dns_namespace.private.id}:vpc-1"
    "aws_service_discovery_service.public"                = aws_service_discovery_service.public.id
    "aws_service_discovery_instance.one"                  = "${aws_service_discovery_service.private.id}/one"
    "aws_appautoscaling_policy.steps"                     = "ec2/spot-fleet-request/${var.unique}/ec2:spot-fleet-request:TargetCapacity/steps"
  }
}
