# What is imported by something else than its id.
output "imports" {
  value = {
    "aws_ecs_cluster.main"                              = aws_ecs_cluster.main.name
    "aws_ecs_service.plain"                             = "${aws_ecs_cluster.main.name}/plain"
    "aws_ecs_service.steady"                            = "${aws_ecs_cluster.main.name}/steady"
    "aws_ecs_service.connected"                         = "${aws_ecs_cluster.main.name}/connected"
    "aws_ecs_service.spot"                              = "${aws_ecs_cluster.main.name}/spot"
    "aws_ecs_service.daemon"                            = "${aws_ecs_cluster.main.name}/daemon"
    "aws_ecs_service.external"                          = "${aws_ecs_cluster.main.name}/external"
    "aws_ecs_task_definition.bridge"                    = aws_ecs_task_definition.bridge.arn
    "aws_ecs_task_definition.fargate"                   = aws_ecs_task_definition.fargate.arn
    "aws_ecs_task_definition.once"                      = aws_ecs_task_definition.once.arn
    "aws_ecs_task_definition.whole"                     = aws_ecs_task_definition.whole.arn
    "aws_ecs_task_definition.arm"                       = aws_ecs_task_definition.arm.arn
    "aws_service_discovery_private_dns_namespace.local" = "${aws_service_discovery_private_dns_namespace.local.id}:vpc-1"
  }
}
