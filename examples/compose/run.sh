#!/usr/bin/env bash
# A docker-compose.yml becomes services of ECS: planned, made, asked, the same again without a change, and deleted.
source "$(dirname "$0")/../lib.sh"
kecs=${KECS:-kecs}
file=$(dirname "$0")/docker-compose.yml
name=compose-$run

step "What would be made"
"$kecs" import plan "$file" --as "$name"

step "Made"
"$kecs" import apply "$file" --as "$name" --yes
aws ecs describe-services --cluster "$name" --services web pages --query 'services[].[serviceName, runningCount]' --output text

step "Asked at the port that its listener has on this machine"
port=$("$kecs" status --json | sed -n "/\"loadBalancer\": \"$name\"/,/}/s/.*\"hostPort\": \([0-9]*\).*/\1/p" | head -n 1)
answers() { curl -fsS --max-time 3 "http://localhost:$port/" 2>/dev/null; }
until_true 120 answers

step "The same again"
"$kecs" import plan "$file" --as "$name" --json | grep '"pending": 0'

step "Gone again"
"$kecs" import delete "$name" --yes
