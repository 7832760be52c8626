resource "aws_appautoscaling_policy" "tracking" {
  name               = "tracking"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.service.service_namespace
  resource_id        = aws_appautoscaling_target.service.resource_id
  scalable_dimension = aws_appautoscaling_target.service.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value       = var.changed ? 80 : 70
    scale_in_cooldown  = 60
    scale_out_cooldown = 30
    disable_scale_in   = var.changed
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_policy" "customized" {
  name               = "customized"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.service.service_namespace
  resource_id        = aws_appautoscaling_target.service.resource_id
  scalable_dimension = aws_appautoscaling_target.service.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value = var.changed ? 20 : 10
    customized_metric_specification {
      metrics {
        id          = "visible"
        return_data = false
        metric_stat {
          stat = "Sum"
          metric {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"
            dimensions {
              name  = "QueueName"
              value = "jobs"
            }
          }
        }
      }
      metrics {
        id         = "scaled"
        expression = "visible / 2"
        label      = "half"
      }
    }
  }
}

resource "aws_appautoscaling_policy" "table" {
  name               = "tracking"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.table.service_namespace
  resource_id        = aws_appautoscaling_target.table.resource_id
  scalable_dimension = aws_appautoscaling_target.table.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value = var.changed ? 80 : 70
    predefined_metric_specification {
      predefined_metric_type = "DynamoDBReadCapacityUtilization"
    }
  }
}

resource "aws_appautoscaling_policy" "steps" {
  name               = "steps"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.service.service_namespace
  resource_id        = aws_appautoscaling_target.service.resource_id
  scalable_dimension = aws_appautoscaling_target.service.scalable_dimension
  step_scaling_policy_configuration {
    adjustment_type          = "PercentChangeInCapacity"
    cooldown                 = var.changed ? 120 : 60
    metric_aggregation_type  = "Maximum"
    min_adjustment_magnitude = 1
    step_adjustment {
      metric_interval_upper_bound = 0
      scaling_adjustment          = -50
    }
    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 20
      scaling_adjustment          = var.changed ? 50 : 25
    }
    step_adjustment {
      metric_interval_lower_bound = 20
      scaling_adjustment          = 100
    }
  }
}
