terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "unique" { type = string }
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
  skip_region_validation      = true
  max_retries                 = 2
  endpoints {
    ecs   = var.endpoint
    elbv2 = var.endpoint
  }
}

resource "aws_ecs_cluster" "main" {
  name = var.unique
  setting {
    name  = "containerInsights"
    value = var.changed ? "enabled" : "disabled"
  }
  tags = { by = "terraform" }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_ecs_task_definition" "bridge" {
  family = "${var.unique}-bridge"
  container_definitions = jsonencode([{
    name        = "app"
    image       = "busybox:latest"
    command     = ["sleep", "600"]
    memory      = 32
    essential   = true
    stopTimeout = 2
    environment = [{ name = "VERSION", value = var.changed ? "2" : "1" }]
  }])
}

resource "aws_ecs_task_definition" "fargate" {
  family                   = "${var.unique}-fargate"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  container_definitions = jsonencode([{
    name         = "app"
    image        = "busybox:latest"
    command      = ["sleep", "600"]
    essential    = true
    stopTimeout  = 2
    portMappings = [{ containerPort = 80 }]
  }])
}

# Returns as soon as it is made.
resource "aws_ecs_service" "plain" {
  name            = "plain"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.bridge.arn
  desired_count   = var.changed ? 2 : 1
  propagate_tags  = "SERVICE"
  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = var.changed
  }
  tags = { version = var.changed ? "2" : "1" }
}

# Waits until its tasks run.
resource "aws_ecs_service" "steady" {
  name                               = "steady"
  cluster                            = aws_ecs_cluster.main.id
  task_definition                    = aws_ecs_task_definition.fargate.arn
  launch_type                        = "FARGATE"
  desired_count                      = 2
  deployment_minimum_healthy_percent = var.changed ? 50 : 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  wait_for_steady_state              = true
  force_new_deployment               = var.changed
  network_configuration {
    subnets          = var.changed ? ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"] : ["subnet-0123456789abcdef0"]
    security_groups  = ["sg-0123456789abcdef0"]
    assign_public_ip = true
  }
}

resource "aws_ecs_service" "spot" {
  name            = "spot"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.fargate.arn
  desired_count   = 0
  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }
  network_configuration {
    subnets = ["subnet-0123456789abcdef0"]
  }
  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

resource "aws_ecs_service" "daemon" {
  name                = "daemon"
  cluster             = aws_ecs_cluster.main.id
  task_definition     = aws_ecs_task_definition.bridge.arn
  scheduling_strategy = "DAEMON"
}

resource "aws_ecs_service" "external" {
  name          = "external"
  cluster       = aws_ecs_cluster.main.id
  desired_count = 1
  deployment_controller {
    type = "EXTERNAL"
  }
  lifecycle {
    ignore_changes = [task_definition]
  }
}

resource "aws_ecs_task_set" "blue" {
  service         = aws_ecs_service.external.id
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.bridge.arn
  force_delete    = true
  scale {
    value = var.changed ? 50 : 100
  }
}

data "aws_ecs_service" "plain" {
  service_name = aws_ecs_service.plain.name
  cluster_arn  = aws_ecs_cluster.main.arn
}

output "task_definition" {
  value = data.aws_ecs_service.plain.task_definition
}
