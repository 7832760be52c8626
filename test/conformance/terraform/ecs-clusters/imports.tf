# What is imported by something else than its id.
output "imports" {
  value = {
    "aws_ecs_cluster.main"                       = aws_ecs_cluster.main.name
    "aws_ecs_cluster.plain"                      = aws_ecs_cluster.plain.name
    "aws_ecs_cluster_capacity_providers.main"    = aws_ecs_cluster.main.name
    "aws_ecs_capacity_provider.group"            = aws_ecs_capacity_provider.group.name
    "aws_ecs_task_definition.tagged"             = aws_ecs_task_definition.tagged.arn
    "aws_ecs_account_setting_default.insights"   = "containerInsights"
    "aws_ecs_account_setting_default.retirement" = "fargateTaskRetirementWaitPeriod"
    "aws_ecs_account_setting_default.long"       = "taskLongArnFormat"
  }
}
