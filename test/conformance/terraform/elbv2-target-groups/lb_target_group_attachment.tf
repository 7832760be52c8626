resource "aws_lb_target_group_attachment" "ip" {
  target_group_arn = aws_lb_target_group.ip.arn
  target_id        = "10.0.0.1"
  port             = 8080
}

# Of another network: in every zone.
resource "aws_lb_target_group_attachment" "elsewhere" {
  target_group_arn  = aws_lb_target_group.ip.arn
  target_id         = "192.168.0.1"
  availability_zone = "all"
}

resource "aws_lb_target_group_attachment" "instance" {
  target_group_arn = aws_lb_target_group.instance.arn
  target_id        = "i-0123456789abcdef0"
}

resource "aws_lb_target_group_attachment" "tcp" {
  target_group_arn = aws_lb_target_group.tcp.arn
  target_id        = "i-0123456789abcdef0"
  port             = 81
}

resource "aws_lb_target_group_attachment" "lambda" {
  target_group_arn = aws_lb_target_group.lambda.arn
  target_id        = "arn:aws:lambda:us-east-1:000000000000:function:app"
}
