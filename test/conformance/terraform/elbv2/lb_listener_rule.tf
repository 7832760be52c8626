# Every condition, and forwarding by weights.
resource "aws_lb_listener_rule" "forward" {
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
        weight = var.changed ? 2 : 1
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
  tags = { team = var.changed ? "b" : "a" }
}

resource "aws_lb_listener_rule" "redirect" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 20
  action {
    type = "redirect"
    redirect {
      host        = "#{host}"
      path        = "/#{path}"
      port        = "443"
      protocol    = "HTTPS"
      query       = "#{query}"
      status_code = var.changed ? "HTTP_302" : "HTTP_301"
    }
  }
  condition {
    http_request_method { values = ["GET", "HEAD"] }
  }
  condition {
    query_string {
      key   = "k"
      value = "v"
    }
    query_string {
      value = "alone"
    }
  }
  condition {
    source_ip { values = ["10.0.0.0/8"] }
  }
}

# To one target group, without a priority of its own: the provider takes the next.
resource "aws_lb_listener_rule" "simple" {
  listener_arn = aws_lb_listener.http.arn
  action {
    type             = "forward"
    target_group_arn = var.changed ? aws_lb_target_group.instance.arn : aws_lb_target_group.ip.arn
  }
  condition {
    path_pattern { values = ["/simple"] }
  }
  depends_on = [aws_lb_listener_rule.forward, aws_lb_listener_rule.redirect]
}

resource "aws_lb_listener_rule" "oidc" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10
  action {
    type = "authenticate-oidc"
    authenticate_oidc {
      authentication_request_extra_params = { display = "page" }
      authorization_endpoint              = "https://example.com/authorization_endpoint"
      client_id                           = "client_id"
      client_secret                       = "client_secret"
      issuer                              = "https://example.com"
      on_unauthenticated_request          = "deny"
      scope                               = "openid email"
      session_cookie_name                 = "session"
      session_timeout                     = var.changed ? 600 : 300
      token_endpoint                      = "https://example.com/token_endpoint"
      user_info_endpoint                  = "https://example.com/user_info_endpoint"
    }
  }
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = "known"
      status_code  = "200"
    }
  }
  condition {
    path_pattern { values = ["/oidc"] }
  }
}

resource "aws_lb_listener_rule" "cognito" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 20
  action {
    type = "authenticate-cognito"
    authenticate_cognito {
      user_pool_arn              = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a"
      user_pool_client_id        = "client"
      user_pool_domain           = "domain"
      on_unauthenticated_request = var.changed ? "allow" : "authenticate"
    }
  }
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ip.arn
  }
  condition {
    path_pattern { values = ["/cognito"] }
  }
}

data "aws_lb_listener_rule" "forward" {
  arn = aws_lb_listener_rule.forward.arn
  lifecycle {
    postcondition {
      condition     = self.priority == aws_lb_listener_rule.forward.priority && self.tags == aws_lb_listener_rule.forward.tags
      error_message = "The rule is read otherwise than it was made."
    }
  }
}

data "aws_lb_listener_rule" "redirect" {
  listener_arn = aws_lb_listener.http.arn
  priority     = aws_lb_listener_rule.redirect.priority
  lifecycle {
    postcondition {
      condition     = self.arn == aws_lb_listener_rule.redirect.arn
      error_message = "The rule is read otherwise than it was made."
    }
  }
}
