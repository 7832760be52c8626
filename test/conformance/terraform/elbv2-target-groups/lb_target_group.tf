resource "aws_lb_target_group" "ip" {
  name                              = "${var.unique}-ip"
  port                              = 80
  protocol                          = "HTTP"
  protocol_version                  = "HTTP2"
  vpc_id                            = "vpc-1"
  target_type                       = "ip"
  deregistration_delay              = var.changed ? 5 : 10
  load_balancing_algorithm_type     = var.changed ? "least_outstanding_requests" : "round_robin"
  load_balancing_cross_zone_enabled = "use_load_balancer_configuration"
  slow_start                        = var.changed ? 0 : 30
  health_check {
    enabled             = true
    healthy_threshold   = 2
    interval            = var.changed ? 20 : 10
    matcher             = "200-299"
    path                = var.changed ? "/b" : "/a"
    port                = "8080"
    protocol            = "HTTP"
    timeout             = 5
    unhealthy_threshold = 3
  }
  stickiness {
    type            = "lb_cookie"
    cookie_duration = var.changed ? 120 : 60
    enabled         = true
  }
  target_group_health {
    dns_failover {
      minimum_healthy_targets_count      = "1"
      minimum_healthy_targets_percentage = "off"
    }
    unhealthy_state_routing {
      minimum_healthy_targets_count      = 1
      minimum_healthy_targets_percentage = var.changed ? "50" : "off"
    }
  }
  tags = { team = var.changed ? "b" : "a" }
}

resource "aws_lb_target_group" "instance" {
  name                              = "${var.unique}-ec2"
  port                              = 443
  protocol                          = "HTTPS"
  vpc_id                            = "vpc-1"
  load_balancing_algorithm_type     = "weighted_random"
  load_balancing_anomaly_mitigation = var.changed ? "on" : "off"
  stickiness {
    type        = "app_cookie"
    cookie_name = var.changed ? "b" : "a"
  }
}

resource "aws_lb_target_group" "grpc" {
  name             = "${var.unique}-grpc"
  port             = 50051
  protocol         = "HTTP"
  protocol_version = "GRPC"
  vpc_id           = "vpc-1"
  target_type      = "ip"
  health_check {
    matcher = var.changed ? "0-99" : "12"
    path    = "/AWS.ALB/healthcheck"
  }
}

resource "aws_lb_target_group" "ipv6" {
  name            = "${var.unique}-ipv6"
  port            = 80
  protocol        = "HTTP"
  vpc_id          = "vpc-1"
  target_type     = "ip"
  ip_address_type = "ipv6"
}

# With a name of the provider's.
resource "aws_lb_target_group" "tcp" {
  name_prefix            = "tft-"
  port                   = 80
  protocol               = "TCP"
  vpc_id                 = "vpc-1"
  connection_termination = var.changed
  preserve_client_ip     = true
  proxy_protocol_v2      = var.changed
  stickiness {
    type = "source_ip"
  }
  target_health_state {
    enable_unhealthy_connection_termination = false
    unhealthy_draining_interval             = var.changed ? 20 : 10
  }
  health_check {
    protocol = "TCP"
    interval = var.changed ? 20 : 10
  }
  tags = { unique = var.unique }
}

resource "aws_lb_target_group" "udp" {
  name     = "${var.unique}-udp"
  port     = 53
  protocol = "UDP"
  vpc_id   = "vpc-1"
}

resource "aws_lb_target_group" "tcp_udp" {
  name     = "${var.unique}-tcpudp"
  port     = 53
  protocol = "TCP_UDP"
  vpc_id   = "vpc-1"
}

resource "aws_lb_target_group" "tls" {
  name     = "${var.unique}-tls"
  port     = 443
  protocol = "TLS"
  vpc_id   = "vpc-1"
}

resource "aws_lb_target_group" "lambda" {
  name                               = "${var.unique}-lambda"
  target_type                        = "lambda"
  lambda_multi_value_headers_enabled = var.changed
}

resource "aws_lb_target_group" "alb" {
  name        = "${var.unique}-alb"
  target_type = "alb"
  port        = 80
  protocol    = "TCP"
  vpc_id      = "vpc-1"
  health_check {
    protocol = "HTTP"
    path     = var.changed ? "/b" : "/a"
  }
}

resource "aws_lb_target_group" "geneve" {
  name     = "${var.unique}-geneve"
  port     = 6081
  protocol = "GENEVE"
  vpc_id   = "vpc-1"
  stickiness {
    type = var.changed ? "source_ip_dest_ip" : "source_ip_dest_ip_proto"
  }
  target_failover {
    on_deregistration = var.changed ? "rebalance" : "no_rebalance"
    on_unhealthy      = var.changed ? "rebalance" : "no_rebalance"
  }
}

data "aws_lb_target_group" "ip" {
  name = aws_lb_target_group.ip.name
  lifecycle {
    postcondition {
      condition     = self.arn == aws_lb_target_group.ip.arn && self.health_check[0].path == aws_lb_target_group.ip.health_check[0].path
      error_message = "The target group is read otherwise than it was made."
    }
    postcondition {
      condition     = self.deregistration_delay == aws_lb_target_group.ip.deregistration_delay && self.tags == aws_lb_target_group.ip.tags
      error_message = "The target group's attributes are read otherwise than they were made."
    }
  }
}

data "aws_lb_target_group" "tcp" {
  arn = aws_lb_target_group.tcp.arn
  lifecycle {
    postcondition {
      condition     = self.name == aws_lb_target_group.tcp.name && self.protocol == "TCP"
      error_message = "The target group is read otherwise than it was made."
    }
  }
}

data "aws_lb_hosted_zone_id" "app" {}
