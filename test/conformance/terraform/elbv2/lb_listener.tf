resource "aws_lb_target_group" "ip" {
  name        = "${var.unique}-ip"
  port        = 80
  protocol    = "HTTP"
  vpc_id      = "vpc-1"
  target_type = "ip"
}

resource "aws_lb_target_group" "instance" {
  name     = "${var.unique}-ec2"
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}

resource "aws_lb_target_group" "tcp" {
  name     = "${var.unique}-tcp"
  port     = 80
  protocol = "TCP"
  vpc_id   = "vpc-1"
}

resource "aws_lb_target_group" "geneve" {
  name     = "${var.unique}-geneve"
  port     = 6081
  protocol = "GENEVE"
  vpc_id   = "vpc-1"
}

resource "aws_lb_listener" "http" {
  load_balancer_arn                                  = aws_lb.app.arn
  port                                               = 80
  protocol                                           = "HTTP"
  routing_http_response_server_enabled               = !var.changed
  routing_http_response_x_frame_options_header_value = "DENY"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ip.arn
  }
  tags = { team = var.changed ? "b" : "a" }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.app.arn
  port              = var.changed ? 8443 : 443
  protocol          = "HTTPS"
  ssl_policy        = var.changed ? "ELBSecurityPolicy-TLS13-1-2-2021-06" : "ELBSecurityPolicy-2016-08"
  certificate_arn   = "arn:aws:acm:us-east-1:000000000000:certificate/a"
  mutual_authentication {
    mode                             = "verify"
    trust_store_arn                  = aws_lb_trust_store.clients.arn
    ignore_client_certificate_expiry = var.changed
    advertise_trust_store_ca_names   = "on"
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

# Weighted and sticky by default.
resource "aws_lb_listener" "weighted" {
  load_balancer_arn = aws_lb.app.arn
  port              = 8080
  protocol          = "HTTP"
  default_action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.ip.arn
        weight = var.changed ? 80 : 90
      }
      target_group {
        arn    = aws_lb_target_group.instance.arn
        weight = var.changed ? 20 : 10
      }
      stickiness {
        enabled  = true
        duration = 600
      }
    }
  }
}

resource "aws_lb_listener" "redirecting" {
  load_balancer_arn = aws_lb.app.arn
  port              = 8081
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = var.changed ? "HTTP_302" : "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "tcp" {
  load_balancer_arn        = aws_lb.net.arn
  port                     = 80
  protocol                 = "TCP"
  tcp_idle_timeout_seconds = var.changed ? 400 : 350
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tcp.arn
  }
}

resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.net.arn
  port              = 443
  protocol          = "TLS"
  certificate_arn   = "arn:aws:acm:us-east-1:000000000000:certificate/a"
  alpn_policy       = var.changed ? "HTTP2Only" : "HTTP2Preferred"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tcp.arn
  }
}

resource "aws_lb_listener" "geneve" {
  load_balancer_arn = aws_lb.gateway.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.geneve.arn
  }
}

data "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.app.arn
  port              = aws_lb_listener.http.port
  lifecycle {
    postcondition {
      condition     = self.arn == aws_lb_listener.http.arn && self.default_action[0].target_group_arn == aws_lb_target_group.ip.arn
      error_message = "The listener is read otherwise than it was made."
    }
  }
}

data "aws_lb_listener" "https" {
  arn = aws_lb_listener.https.arn
  lifecycle {
    postcondition {
      condition     = self.certificate_arn == aws_lb_listener.https.certificate_arn && self.mutual_authentication[0].mode == "verify"
      error_message = "The listener is read otherwise than it was made."
    }
  }
}
