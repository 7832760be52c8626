resource "aws_ecs_cluster" "main" {
  name = "${var.unique}-main"
}

resource "aws_ecs_task_definition" "app" {
  family                = "${var.unique}-app"
  container_definitions = jsonencode([{ name = "app", image = "busybox:latest", command = ["sleep", "600"], memory = 32, stopTimeout = 2, essential = true }])
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.app.arn
  desired_count   = 1
  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "service" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.web.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = var.changed ? 5 : 4
  tags               = { team = var.changed ? "b" : "a" }
}

# Of a service that is not ours: kept, and without effect.
resource "aws_appautoscaling_target" "table" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${var.unique}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = var.changed ? 2 : 1
  max_capacity       = 4
}
