resource "aws_lb_trust_store" "clients" {
  name                             = "${var.unique}-ts"
  ca_certificates_bundle_s3_bucket = "bucket"
  ca_certificates_bundle_s3_key    = var.changed ? "b" : "a"
  tags                             = { team = var.changed ? "b" : "a" }
}

resource "aws_lb_trust_store_revocation" "lost" {
  trust_store_arn       = aws_lb_trust_store.clients.arn
  revocations_s3_bucket = "bucket"
  revocations_s3_key    = "revoked"
  # No API tells where they were read from: an imported one would be replaced.
  lifecycle {
    ignore_changes = [revocations_s3_bucket, revocations_s3_key]
  }
}

data "aws_lb_trust_store" "clients" {
  name = aws_lb_trust_store.clients.name
  lifecycle {
    postcondition {
      condition     = self.arn == aws_lb_trust_store.clients.arn
      error_message = "The trust store is read otherwise than it was made."
    }
  }
}
