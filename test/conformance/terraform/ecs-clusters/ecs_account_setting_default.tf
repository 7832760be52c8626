# Of the account, not of a name: other files of tests leave them alone.
resource "aws_ecs_account_setting_default" "insights" {
  name  = "containerInsights"
  value = var.changed ? "enhanced" : "disabled"
}

resource "aws_ecs_account_setting_default" "retirement" {
  name  = "fargateTaskRetirementWaitPeriod"
  value = var.changed ? "14" : "0"
}

resource "aws_ecs_account_setting_default" "long" {
  name  = "taskLongArnFormat"
  value = "enabled"
}
