terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
# A service behind an application load balancer that is waited for; applied, changed in place and destroyed by
# ecs-balanced-terraform.test.ts.
variable "endpoint" { type = string }
# At most 20 characters: names of target groups have 32.
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
    ec2   = var.endpoint
    ecs   = var.endpoint
    elbv2 = var.endpoint
  }
}

resource "aws_lb" "main" {
  name     = var.unique
  internal = true
  subnets  = ["subnet-1", "subnet-2"]
}

resource "aws_lb_target_group" "web" {
  name                 = "${var.unique}-web"
  port                 = 8080
  protocol             = "HTTP"
  vpc_id               = "vpc-1"
  target_type          = "ip"
  deregistration_delay = 2
  health_check {
    path     = "/"
    interval = 5
    timeout  = 2
  }
}

resource "aws_lb_listener" "main" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_ecs_cluster" "main" {
  name = var.unique
}

resource "aws_ecs_task_definition" "web" {
  family                   = var.unique
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  container_definitions = jsonencode([{
    name         = "app"
    image        = "busybox:latest"
    command      = ["httpd", "-f", "-p", "8080"]
    essential    = true
    stopTimeout  = 2
    portMappings = [{ containerPort = 8080, hostPort = 8080, protocol = "tcp" }]
    environment  = [{ name = "VERSION", value = var.changed ? "2" : "1" }]
  }])
}

resource "aws_ecs_service" "web" {
  name                              = "web"
  cluster                           = aws_ecs_cluster.main.id
  task_definition                   = aws_ecs_task_definition.web.arn
  desired_count                     = var.changed ? 3 : 2
  launch_type                       = "FARGATE"
  health_check_grace_period_seconds = 10
  wait_for_steady_state             = true
  network_configuration {
    subnets = ["subnet-1"]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "app"
    container_port   = 8080
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  depends_on = [aws_lb_listener.main]
}

output "target_group" { value = aws_lb_target_group.web.arn }
