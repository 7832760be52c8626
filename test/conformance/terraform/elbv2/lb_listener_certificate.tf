resource "aws_lb_listener_certificate" "other" {
  listener_arn    = aws_lb_listener.https.arn
  certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/b"
}
