resource "aws_ecs_cluster" "main" {
  name = "${var.unique}-main"
  tags = { by = "terraform" }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_service_discovery_private_dns_namespace" "local" {
  name = "${var.unique}.local"
  vpc  = "vpc-1"
}

resource "aws_service_discovery_service" "web" {
  name = "web"
  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.local.id
    dns_records {
      ttl  = 10
      type = "A"
    }
  }
}

# Returns as soon as it is made.
resource "aws_ecs_service" "plain" {
  name                   = "plain"
  cluster                = aws_ecs_cluster.main.arn
  task_definition        = aws_ecs_task_definition.bridge.arn
  desired_count          = var.changed ? 2 : 1
  propagate_tags         = "SERVICE"
  enable_execute_command = var.changed
  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }
  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }
  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.availability-zone != nowhere"
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = var.changed
  }
  alarms {
    alarm_names = ["errors"]
    enable      = var.changed
    rollback    = true
  }
  tags = { version = var.changed ? "2" : "1" }
}

# Waits until its tasks run.
resource "aws_ecs_service" "steady" {
  name                               = "steady"
  cluster                            = aws_ecs_cluster.main.arn
  task_definition                    = aws_ecs_task_definition.fargate.arn
  launch_type                        = "FARGATE"
  platform_version                   = "1.4.0"
  availability_zone_rebalancing      = var.changed ? "ENABLED" : "DISABLED"
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
  service_registries {
    registry_arn = aws_service_discovery_service.web.arn
  }
}

# Found by other services by name.
resource "aws_ecs_service" "connected" {
  name            = "connected"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.fargate.arn
  launch_type     = "FARGATE"
  desired_count   = 1
  force_delete    = true
  network_configuration {
    subnets = ["subnet-0123456789abcdef0"]
  }
  service_connect_configuration {
    enabled   = true
    namespace = aws_service_discovery_private_dns_namespace.local.arn
    service {
      port_name      = "web"
      discovery_name = "connected"
      client_alias {
        port     = var.changed ? 8081 : 8080
        dns_name = "connected"
      }
    }
  }
}

resource "aws_ecs_service" "spot" {
  name            = "spot"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.fargate.arn
  desired_count   = 0
  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }
  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = 1
  }
  network_configuration {
    subnets = ["subnet-0123456789abcdef0"]
  }
  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

resource "aws_ecs_service" "daemon" {
  name                = "daemon"
  cluster             = aws_ecs_cluster.main.arn
  task_definition     = aws_ecs_task_definition.bridge.arn
  scheduling_strategy = "DAEMON"
}

data "aws_ecs_service" "plain" {
  service_name = aws_ecs_service.plain.name
  cluster_arn  = aws_ecs_cluster.main.arn
  lifecycle {
    postcondition {
      condition     = self.arn == aws_ecs_service.plain.id && self.desired_count == aws_ecs_service.plain.desired_count
      error_message = "The service is read otherwise than it was made."
    }
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.bridge.arn && self.tags == aws_ecs_service.plain.tags
      error_message = "What the service runs is read otherwise than it was made."
    }
  }
}
