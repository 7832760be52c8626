resource "aws_service_discovery_http_namespace" "http" {
  name = "${var.unique}-http"
  # A change of the description replaces the namespace: so the provider has it.
  description = "first"
  tags        = { team = var.changed ? "b" : "a" }
}

resource "aws_service_discovery_private_dns_namespace" "private" {
  name        = "${var.unique}.local"
  vpc         = "vpc-1"
  description = var.changed ? "second" : "first"
  tags        = { team = var.changed ? "b" : "a" }
}

resource "aws_service_discovery_public_dns_namespace" "public" {
  name        = "${var.unique}.example.com"
  description = var.changed ? "second" : "first"
}

data "aws_service_discovery_http_namespace" "http" {
  name = aws_service_discovery_http_namespace.http.name
  lifecycle {
    postcondition {
      condition     = self.arn == aws_service_discovery_http_namespace.http.arn && self.http_name == "${var.unique}-http"
      error_message = "The namespace is read otherwise than it was made."
    }
  }
}

data "aws_service_discovery_dns_namespace" "private" {
  name = aws_service_discovery_private_dns_namespace.private.name
  type = "DNS_PRIVATE"
  lifecycle {
    postcondition {
      condition     = self.arn == aws_service_discovery_private_dns_namespace.private.arn && self.hosted_zone == aws_service_discovery_private_dns_namespace.private.hosted_zone
      error_message = "The namespace is read otherwise than it was made."
    }
  }
}

data "aws_service_discovery_dns_namespace" "public" {
  name = aws_service_discovery_public_dns_namespace.public.name
  type = "DNS_PUBLIC"
  lifecycle {
    postcondition {
      condition     = self.id == aws_service_discovery_public_dns_namespace.public.id && self.description == aws_service_discovery_public_dns_namespace.public.description
      error_message = "The namespace is read otherwise than it was made."
    }
  }
}
