resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = var.changed ? ["FARGATE", "FARGATE_SPOT", aws_ecs_capacity_provider.group.name] : ["FARGATE", aws_ecs_capacity_provider.group.name]
  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = 1
    weight            = var.changed ? 50 : 100
  }
  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.group.name
    weight            = 1
  }
}
