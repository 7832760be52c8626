terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
# Every module of load balancing, with each action and condition; applied, changed and destroyed by elbv2-terraform.test.ts.
variable "endpoint" {}
# At most 12 characters: names of target groups have 32.
variable "unique" {}
variable "changed" { default = false }
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    elbv2 = var.endpoint
    ec2   = var.endpoint
  }
}
resource "aws_lb" "app" {
  name            = "${var.unique}-app"
  internal        = true
  subnets         = ["subnet-1", "subnet-2"]
  security_groups = ["sg-1"]
  idle_timeout    = var.changed ? 90 : 60
  tags            = { team = var.changed ? "b" : "a" }
}
resource "aws_lb" "net" {
  name               = "${var.unique}-net"
  load_balancer_type = "network"
  subnet_mapping {
    subnet_id = "subnet-1"
  }
}
resource "aws_lb_target_group" "ip" {
  name                 = "${var.unique}-ip"
  port                 = 80
  protocol             = "HTTP"
  vpc_id               = "vpc-1"
  target_type          = "ip"
  deregistration_delay = var.changed ? 5 : 10
  health_check {
    path = var.changed ? "/b" : "/a"
  }
  stickiness {
    type = "lb_cookie"
  }
}
resource "aws_lb_target_group" "instance" {
  name     = "${var.unique}-instance"
  port     = 80
  protocol = "HTTPS"
  vpc_id   = "vpc-1"
}
resource "aws_lb_target_group" "tcp" {
  name     = "${var.unique}-tcp"
  port     = 80
  protocol = "TCP"
  vpc_id   = "vpc-1"
}
resource "aws_lb_target_group" "lambda" {
  name        = "${var.unique}-lambda"
  target_type = "lambda"
}
resource "aws_lb_target_group" "alb" {
  name        = "${var.unique}-alb"
  target_type = "alb"
  port        = 80
  protocol    = "TCP"
  vpc_id      = "vpc-1"
}
resource "aws_lb_target_group" "gwlb" {
  name     = "${var.unique}-geneve"
  port     = 6081
  protocol = "GENEVE"
  vpc_id   = "vpc-1"
}
resource "aws_lb_target_group_attachment" "ip" {
  target_group_arn = aws_lb_target_group.ip.arn
  target_id        = "10.0.0.1"
  port             = 8080
}
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.app.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ip.arn
  }
  tags = { a = "b" }
}
resource "aws_lb_trust_store" "ts" {
  name                             = "${var.unique}-ts"
  ca_certificates_bundle_s3_bucket = "bucket"
  ca_certificates_bundle_s3_key    = "key"
}
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.app.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = "arn:aws:acm:us-east-1:000000000000:certificate/a"
  mutual_authentication {
    mode            = "verify"
    trust_store_arn = aws_lb_trust_store.ts.arn
  }
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = var.changed ? "b" : "a"
      status_code  = "200"
    }
  }
}
resource "aws_lb_listener" "tcp" {
  load_balancer_arn = aws_lb.net.arn
  port              = 80
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tcp.arn
  }
}
resource "aws_lb_listener_certificate" "b" {
  listener_arn    = aws_lb_listener.https.arn
  certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/b"
}
resource "aws_lb_listener_rule" "conditions" {
  listener_arn = aws_lb_listener.http.arn
  priority     = var.changed ? 11 : 10
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.ip.arn
        weight = 9
      }
      target_group {
        arn    = aws_lb_target_group.instance.arn
        weight = 1
      }
      stickiness {
        enabled  = true
        duration = 60
      }
    }
  }
  condition {
    host_header { values = ["a.example.com"] }
  }
  condition {
    path_pattern { values = [var.changed ? "/b/*" : "/a/*"] }
  }
  condition {
    http_header {
      http_header_name = "X-A"
      values           = ["b"]
    }
  }
}
resource "aws_lb_listener_rule" "others" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 20
  action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
  condition {
    http_request_method { values = ["GET"] }
  }
  condition {
    query_string {
      key   = "k"
      value = "v"
    }
  }
  condition {
    source_ip { values = ["10.0.0.0/8"] }
  }
}
resource "aws_lb_listener_rule" "oidc" {
  listener_arn = aws_lb_listener.https.arn
  action {
    type = "authenticate-oidc"
    authenticate_oidc {
      authorization_endpoint = "https://example.com/authorization_endpoint"
      client_id              = "client_id"
      client_secret          = "client_secret"
      issuer                 = "https://example.com"
      token_endpoint         = "https://example.com/token_endpoint"
      user_info_endpoint     = "https://example.com/user_info_endpoint"
    }
  }
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "200"
    }
  }
  condition {
    path_pattern { values = ["/x"] }
  }
}
data "aws_lb" "app" {
  name = aws_lb.app.name
}
data "aws_lb_target_group" "ip" {
  name = aws_lb_target_group.ip.name
}
data "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.app.arn
  port              = aws_lb_listener.http.port
}
