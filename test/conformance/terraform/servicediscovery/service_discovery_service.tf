resource "aws_service_discovery_service" "private" {
  name        = "private"
  description = var.changed ? "second" : "first"
  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.private.id
    routing_policy = "MULTIVALUE"
    dns_records {
      ttl  = var.changed ? 20 : 10
      type = "A"
    }
    dns_records {
      ttl  = 10
      type = "SRV"
    }
  }
  health_check_custom_config {
    failure_threshold = 1
  }
  tags = { tier = var.changed ? "back" : "front" }
}

resource "aws_service_discovery_service" "public" {
  name          = "public"
  force_destroy = true
  dns_config {
    namespace_id   = aws_service_discovery_public_dns_namespace.public.id
    routing_policy = "WEIGHTED"
    dns_records {
      ttl  = 10
      type = "A"
    }
  }
  health_check_config {
    failure_threshold = var.changed ? 3 : 2
    resource_path     = "/health"
    type              = "HTTP"
  }
}

resource "aws_service_discovery_service" "http" {
  name         = "http"
  namespace_id = aws_service_discovery_http_namespace.http.id
}

data "aws_service_discovery_service" "private" {
  name         = aws_service_discovery_service.private.name
  namespace_id = aws_service_discovery_private_dns_namespace.private.id
  lifecycle {
    postcondition {
      condition     = self.arn == aws_service_discovery_service.private.arn && length(self.dns_config[0].dns_records) == 2 && self.tags == aws_service_discovery_service.private.tags
      error_message = "The service is read otherwise than it was made."
    }
  }
}
