# What most load balancers are made for: a service behind a listener.
resource "aws_ecs_cluster" "main" {
  name = "${var.unique}-lb"
}

resource "aws_lb_target_group" "web" {
  name                 = "${var.unique}-web"
  port                 = 8080
  protocol             = "HTTP"
  vpc_id               = "vpc-1"
  target_type          = "ip"
  deregistration_delay = 2
  health_check {
    interval = 5
    timeout  = 2
  }
}

resource "aws_lb_listener_rule" "web" {
  listener_arn = aws_lb_listener.weighted.arn
  priority     = 1
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
  condition {
    path_pattern { values = ["/web/*"] }
  }
}

resource "aws_ecs_task_definition" "web" {
  family                   = "${var.unique}-web"
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
    portMappings = [{ containerPort = 8080 }]
    environment  = [{ name = "VERSION", value = var.changed ? "2" : "1" }]
  }])
}

# Waits until its tasks are healthy targets.
resource "aws_ecs_service" "web" {
  name                              = "web"
  cluster                           = aws_ecs_cluster.main.arn
  task_definition                   = aws_ecs_task_definition.web.arn
  launch_type                       = "FARGATE"
  desired_count                     = var.changed ? 3 : 2
  health_check_grace_period_seconds = var.changed ? 20 : 10
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
  depends_on = [aws_lb_listener_rule.web]
}
