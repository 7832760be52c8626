resource "aws_ecr_repository" "app" {
  name                 = "${var.unique}/app"
  image_tag_mutability = var.changed ? "IMMUTABLE" : "MUTABLE"
  force_delete         = true
  image_scanning_configuration {
    scan_on_push = var.changed
  }
  tags = { stage = var.changed ? "b" : "a" }
}

# Version 5.100 of the provider makes another one of it where its rules change.
resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "the newest"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 10 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = var.changed ? "everybody" : "all"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["ecr:BatchGetImage"]
    }]
  })
}

data "aws_ecr_repository" "app" {
  name = aws_ecr_repository.app.name
}

data "aws_ecr_repositories" "all" {
  depends_on = [aws_ecr_repository.app]
}

data "aws_ecr_authorization_token" "token" {}

output "looked_up" {
  value = [
    data.aws_ecr_repository.app.repository_url,
    contains(data.aws_ecr_repositories.all.names, aws_ecr_repository.app.name),
    data.aws_ecr_authorization_token.token.user_name,
  ]
}
