resource "aws_ecs_task_definition" "tagged" {
  family                = "${var.unique}-tagged"
  container_definitions = jsonencode([{ name = "app", image = "busybox", memory = 32, essential = true }])
  lifecycle {
    ignore_changes = [tags, tags_all]
  }
}

resource "aws_ecs_tag" "extra" {
  resource_arn = aws_ecs_task_definition.tagged.arn
  key          = "extra"
  value        = var.changed ? "b" : "a"
}
