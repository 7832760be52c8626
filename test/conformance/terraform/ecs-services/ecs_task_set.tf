resource "aws_ecs_service" "external" {
  name          = "external"
  cluster       = aws_ecs_cluster.main.arn
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
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.bridge.arn
  external_id     = "blue"
  force_delete    = true
  scale {
    value = var.changed ? 50 : 100
  }
  tags = { version = var.changed ? "2" : "1" }
}

# Waits until its tasks run.
resource "aws_ecs_task_set" "green" {
  service           = aws_ecs_service.external.id
  cluster           = aws_ecs_cluster.main.arn
  task_definition   = aws_ecs_task_definition.fargate.arn
  launch_type       = "FARGATE"
  platform_version  = "1.4.0"
  force_delete      = true
  wait_until_stable = true
  network_configuration {
    subnets         = ["subnet-0123456789abcdef0"]
    security_groups = ["sg-0123456789abcdef0"]
  }
  scale {
    unit  = "PERCENT"
    value = var.changed ? 100 : 50
  }
}
