locals {
  service = "ecs/service/${aws_ecs_cluster.main.name}/web/ecs:service:DesiredCount"
  table   = "dynamodb/table/${var.unique}/dynamodb:table:ReadCapacityUnits"
}

# What is imported by something else than its id.
output "imports" {
  value = {
    "aws_ecs_cluster.main"                 = aws_ecs_cluster.main.name
    "aws_ecs_service.web"                  = "${aws_ecs_cluster.main.name}/web"
    "aws_ecs_task_definition.app"          = aws_ecs_task_definition.app.arn
    "aws_appautoscaling_target.service"    = local.service
    "aws_appautoscaling_target.table"      = local.table
    "aws_appautoscaling_policy.tracking"   = "${local.service}/tracking"
    "aws_appautoscaling_policy.customized" = "${local.service}/customized"
    "aws_appautoscaling_policy.steps"      = "${local.service}/steps"
    "aws_appautoscaling_policy.table"      = "${local.table}/tracking"
  }
}
