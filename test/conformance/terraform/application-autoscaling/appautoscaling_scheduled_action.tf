resource "aws_appautoscaling_scheduled_action" "morning" {
  name               = "morning"
  service_namespace  = aws_appautoscaling_target.service.service_namespace
  resource_id        = aws_appautoscaling_target.service.resource_id
  scalable_dimension = aws_appautoscaling_target.service.scalable_dimension
  schedule           = "cron(0 8 ? * MON-FRI *)"
  timezone           = "Asia/Tokyo"
  start_time         = "2035-01-01T00:00:00Z"
  end_time           = "2036-01-01T00:00:00Z"
  scalable_target_action {
    min_capacity = 1
    max_capacity = var.changed ? 3 : 2
  }
}

resource "aws_appautoscaling_scheduled_action" "hourly" {
  name               = "hourly"
  service_namespace  = aws_appautoscaling_target.table.service_namespace
  resource_id        = aws_appautoscaling_target.table.resource_id
  scalable_dimension = aws_appautoscaling_target.table.scalable_dimension
  schedule           = var.changed ? "rate(2 hours)" : "rate(1 hour)"
  scalable_target_action {
    max_capacity = 10
  }
}

resource "aws_appautoscaling_scheduled_action" "once" {
  name               = "once"
  service_namespace  = aws_appautoscaling_target.service.service_namespace
  resource_id        = aws_appautoscaling_target.service.resource_id
  scalable_dimension = aws_appautoscaling_target.service.scalable_dimension
  schedule           = "at(2035-01-01T00:00:00)"
  scalable_target_action {
    min_capacity = var.changed ? 2 : 1
  }
}
