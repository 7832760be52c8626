resource "aws_ecs_capacity_provider" "group" {
  name = "${var.unique}-group"
  auto_scaling_group_provider {
    auto_scaling_group_arn         = "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/group"
    managed_draining               = "ENABLED"
    managed_termination_protection = var.changed ? "DISABLED" : "ENABLED"
    managed_scaling {
      instance_warmup_period    = 60
      maximum_scaling_step_size = 10
      minimum_scaling_step_size = 1
      status                    = "ENABLED"
      target_capacity           = var.changed ? 90 : 80
    }
  }
  tags = { team = var.changed ? "b" : "a" }
}
