# What is imported by something else than its id.
output "imports" {
  value = {
    "aws_service_discovery_private_dns_namespace.private" = "${aws_service_discovery_private_dns_namespace.private.id}:vpc-1"
    "aws_service_discovery_instance.addressed"            = "${aws_service_discovery_service.private.id}/one"
    "aws_service_discovery_instance.described"            = "${aws_service_discovery_service.http.id}/two"
  }
}
