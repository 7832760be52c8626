resource "aws_ecs_task_definition" "bridge" {
  family        = "${var.unique}-bridge"
  task_role_arn = "arn:aws:iam::000000000000:role/task"
  container_definitions = jsonencode([{
    name        = "app"
    image       = "busybox:latest"
    command     = ["sleep", "600"]
    memory      = 32
    essential   = true
    stopTimeout = 2
    environment = [{ name = "VERSION", value = var.changed ? "2" : "1" }]
  }])
}

resource "aws_ecs_task_definition" "fargate" {
  family                   = "${var.unique}-fargate"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  track_latest             = true
  container_definitions = jsonencode([{
    name         = "app"
    image        = "busybox:latest"
    command      = ["sleep", "600"]
    essential    = true
    stopTimeout  = 2
    portMappings = [{ name = "web", containerPort = 80, appProtocol = "http" }]
  }])
}

# Ends by itself: data.aws_ecs_task_execution runs one at each plan.
resource "aws_ecs_task_definition" "once" {
  family                = "${var.unique}-once"
  container_definitions = jsonencode([{ name = "app", image = "busybox:latest", command = ["true"], memory = 32, essential = true }])
}

# All that the provider can say of a task for EC2; it is registered and never run.
resource "aws_ecs_task_definition" "whole" {
  family             = "${var.unique}-whole"
  cpu                = "256"
  memory             = "512"
  network_mode       = "awsvpc"
  ipc_mode           = "task"
  pid_mode           = "task"
  task_role_arn      = "arn:aws:iam::000000000000:role/task"
  execution_role_arn = "arn:aws:iam::000000000000:role/execution"
  container_definitions = jsonencode([
    {
      name                   = "app"
      image                  = "busybox:latest"
      cpu                    = 64
      memory                 = 128
      memoryReservation      = 64
      essential              = true
      command                = ["sleep", "600"]
      entryPoint             = ["sh", "-c"]
      workingDirectory       = "/tmp"
      user                   = "1000"
      readonlyRootFilesystem = true
      interactive            = true
      pseudoTerminal         = true
      startTimeout           = 30
      stopTimeout            = 2
      dockerLabels           = { tier = "front" }
      environment            = [{ name = "VERSION", value = "1" }]
      secrets                = [{ name = "TOKEN", valueFrom = "arn:aws:ssm:us-east-1:000000000000:parameter/token" }]
      dependsOn              = [{ containerName = "envoy", condition = "HEALTHY" }]
      healthCheck            = { command = ["CMD-SHELL", "true"], interval = 5, retries = 2, startPeriod = 1, timeout = 2 }
      linuxParameters        = { initProcessEnabled = true, capabilities = { add = ["SYS_PTRACE"], drop = ["NET_RAW"] } }
      logConfiguration       = { logDriver = "awslogs", options = { awslogs-group = "app", awslogs-region = "us-east-1" } }
      mountPoints            = [{ sourceVolume = "host", containerPath = "/host", readOnly = true }, { sourceVolume = "shared", containerPath = "/shared" }, { sourceVolume = "managed", containerPath = "/managed" }]
      portMappings           = [{ name = "web", containerPort = 80, protocol = "tcp" }]
      systemControls         = [{ namespace = "net.core.somaxconn", value = "1024" }]
      ulimits                = [{ name = "nofile", softLimit = 1024, hardLimit = 2048 }]
      resourceRequirements   = [{ type = "GPU", value = "1" }]
    },
    {
      name        = "envoy"
      image       = "busybox:latest"
      memory      = 64
      essential   = true
      user        = "1337"
      healthCheck = { command = ["CMD-SHELL", "true"] }
      volumesFrom = []
    },
  ])
  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]"
  }
  proxy_configuration {
    type           = "APPMESH"
    container_name = "envoy"
    properties = {
      AppPorts         = "80"
      EgressIgnoredIPs = "169.254.170.2,169.254.169.254"
      IgnoredUID       = "1337"
      ProxyEgressPort  = 15001
      ProxyIngressPort = 15000
    }
  }
  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }
  volume {
    name      = "host"
    host_path = "/tmp"
  }
  volume {
    name = "shared"
    docker_volume_configuration {
      autoprovision = true
      driver        = "local"
      driver_opts   = { type = "tmpfs", device = "tmpfs" }
      labels        = { tier = "front" }
      scope         = "shared"
    }
  }
  volume {
    name = "files"
    efs_volume_configuration {
      file_system_id          = "fs-0123456789abcdef0"
      root_directory          = "/"
      transit_encryption      = "ENABLED"
      transit_encryption_port = 2999
      authorization_config {
        access_point_id = "fsap-0123456789abcdef0"
        iam             = "ENABLED"
      }
    }
  }
  volume {
    name                = "managed"
    configure_at_launch = true
  }
  tags = { version = var.changed ? "2" : "1" }
}

# What Fargate alone has.
resource "aws_ecs_task_definition" "arm" {
  family                   = "${var.unique}-arm"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 1024
  memory                   = 2048
  enable_fault_injection   = true
  skip_destroy             = false
  container_definitions    = jsonencode([{ name = "app", image = "busybox:latest", essential = true }])
  ephemeral_storage {
    size_in_gib = 30
  }
  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
}

data "aws_ecs_task_definition" "whole" {
  task_definition = aws_ecs_task_definition.whole.arn
  lifecycle {
    postcondition {
      condition     = self.revision == aws_ecs_task_definition.whole.revision && self.status == "ACTIVE" && length(self.volume) == 4
      error_message = "The task definition is read otherwise than it was registered."
    }
  }
}

data "aws_ecs_container_definition" "app" {
  task_definition = aws_ecs_task_definition.whole.arn
  container_name  = "app"
  lifecycle {
    postcondition {
      condition     = self.image == "busybox:latest" && self.cpu == 64 && self.environment["VERSION"] == "1" && self.docker_labels["tier"] == "front"
      error_message = "The container definition is read otherwise than it was registered."
    }
  }
}

data "aws_ecs_task_execution" "once" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.once.arn
  desired_count   = 1
  started_by      = "terraform"
  overrides {
    container_overrides {
      name    = "app"
      command = ["echo", "terraform"]
    }
  }
  lifecycle {
    postcondition {
      condition     = length(self.task_arns) == 1
      error_message = "No task was run."
    }
  }
}
