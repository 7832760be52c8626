# What is imported by something else than its id.
output "imports" {
  value = {
    "aws_ecs_cluster.main"               = aws_ecs_cluster.main.name
    "aws_ecs_service.web"                = "${aws_ecs_cluster.main.name}/web"
    "aws_ecs_task_definition.web"        = aws_ecs_task_definition.web.arn
    "aws_lb_trust_store_revocation.lost" = "${aws_lb_trust_store.clients.arn},${aws_lb_trust_store_revocation.lost.revocation_id}"
  }
}
