resource "aws_service_discovery_instance" "addressed" {
  instance_id = "one"
  service_id  = aws_service_discovery_service.private.id
  attributes = {
    AWS_INSTANCE_IPV4 = var.changed ? "10.0.0.2" : "10.0.0.1"
    AWS_INSTANCE_PORT = "8080"
    custom            = "x"
  }
}

resource "aws_service_discovery_instance" "described" {
  instance_id = "two"
  service_id  = aws_service_discovery_service.http.id
  attributes  = { url = var.changed ? "https://b.example.com" : "https://a.example.com" }
}
