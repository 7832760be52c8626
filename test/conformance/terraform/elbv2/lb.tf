resource "aws_lb" "app" {
  name                             = "${var.unique}-app"
  internal                         = true
  subnets                          = var.changed ? ["subnet-1", "subnet-2", "subnet-3"] : ["subnet-1", "subnet-2"]
  security_groups                  = var.changed ? ["sg-2"] : ["sg-1"]
  idle_timeout                     = var.changed ? 90 : 60
  client_keep_alive                = var.changed ? 7200 : 3600
  desync_mitigation_mode           = var.changed ? "strictest" : "defensive"
  drop_invalid_header_fields       = var.changed
  enable_http2                     = !var.changed
  enable_waf_fail_open             = var.changed
  enable_xff_client_port           = var.changed
  preserve_host_header             = var.changed
  xff_header_processing_mode       = var.changed ? "preserve" : "append"
  enable_cross_zone_load_balancing = true
  tags                             = { team = var.changed ? "b" : "a" }
}

# With a subnet mapping, deletion protection that is taken off before the end, and a capacity of its own.
resource "aws_lb" "net" {
  name                             = "${var.unique}-net"
  load_balancer_type               = "network"
  dns_record_client_routing_policy = var.changed ? "availability_zone_affinity" : "any_availability_zone"
  enable_cross_zone_load_balancing = var.changed
  enable_deletion_protection       = !var.changed
  subnet_mapping {
    subnet_id            = "subnet-1"
    private_ipv4_address = "10.0.1.15"
  }
  internal = true
}

# With a name of the provider's, and security groups.
resource "aws_lb" "guarded" {
  load_balancer_type                                           = "network"
  name_prefix                                                  = "tfl-"
  subnets                                                      = ["subnet-1", "subnet-2"]
  security_groups                                              = ["sg-1"]
  enforce_security_group_inbound_rules_on_private_link_traffic = var.changed ? "off" : "on"
  tags                                                         = { unique = var.unique }
}

resource "aws_lb" "gateway" {
  name               = "${var.unique}-gwlb"
  load_balancer_type = "gateway"
  subnets            = ["subnet-1"]
}

data "aws_lb" "app" {
  arn = aws_lb.app.arn
  lifecycle {
    postcondition {
      condition     = self.dns_name == aws_lb.app.dns_name && self.zone_id == aws_lb.app.zone_id && self.idle_timeout == aws_lb.app.idle_timeout
      error_message = "The load balancer is read otherwise than it was made."
    }
    postcondition {
      condition     = self.subnets == aws_lb.app.subnets && self.security_groups == aws_lb.app.security_groups && self.tags == aws_lb.app.tags
      error_message = "What the load balancer stands in is read otherwise than it was made."
    }
  }
}

data "aws_lb" "net" {
  name = aws_lb.net.name
  lifecycle {
    postcondition {
      condition     = self.arn == aws_lb.net.arn && self.load_balancer_type == "network"
      error_message = "The load balancer is read otherwise than it was made."
    }
  }
}

data "aws_lbs" "tagged" {
  tags       = { unique = var.unique }
  depends_on = [aws_lb.guarded]
}
