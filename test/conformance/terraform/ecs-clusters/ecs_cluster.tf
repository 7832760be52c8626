resource "aws_service_discovery_http_namespace" "connect" {
  name = "${var.unique}-connect"
}

resource "aws_ecs_cluster" "main" {
  name = "${var.unique}-main"
  setting {
    name  = "containerInsights"
    value = var.changed ? "enhanced" : "disabled"
  }
  configuration {
    execute_command_configuration {
      kms_key_id = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000000"
      logging    = "OVERRIDE"
      log_configuration {
        cloud_watch_encryption_enabled = var.changed
        cloud_watch_log_group_name     = "exec"
        s3_bucket_name                 = "exec"
        s3_key_prefix                  = var.changed ? "b" : "a"
      }
    }
    managed_storage_configuration {
      fargate_ephemeral_storage_kms_key_id = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000001"
    }
  }
  service_connect_defaults {
    namespace = aws_service_discovery_http_namespace.connect.arn
  }
  tags = { team = var.changed ? "b" : "a" }
}

# With a name alone: what most have.
resource "aws_ecs_cluster" "plain" {
  name = "${var.unique}-plain"
}

data "aws_ecs_cluster" "main" {
  cluster_name = aws_ecs_cluster.main.name
  lifecycle {
    postcondition {
      condition     = self.arn == aws_ecs_cluster.main.arn && self.status == "ACTIVE" && self.tags == aws_ecs_cluster.main.tags
      error_message = "The cluster is read otherwise than it was made."
    }
    postcondition {
      condition     = self.service_connect_defaults[0].namespace == aws_service_discovery_http_namespace.connect.arn
      error_message = "The cluster's namespace is read otherwise than it was made."
    }
  }
}

data "aws_ecs_clusters" "all" {
  depends_on = [aws_ecs_cluster.main, aws_ecs_cluster.plain]
  lifecycle {
    postcondition {
      condition     = contains(self.cluster_arns, aws_ecs_cluster.main.arn) && contains(self.cluster_arns, aws_ecs_cluster.plain.arn)
      error_message = "A cluster is not listed."
    }
  }
}
