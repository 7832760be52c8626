#!/usr/bin/env bash
# Terraform makes a service, changes its text, finds nothing to change, and takes it all away.
source "$(dirname "$0")/../lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$(dirname "$0")/main.tf" "$folder"
export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 TF_VAR_name=$cluster
tf() { terraform -chdir="$folder" "$@" -no-color; }
# A folder with the provider, where its registry is out of reach.
tf init -input=false ${TF_PLUGINS:+-plugin-dir="$TF_PLUGINS"} >/dev/null

step "Made"
TF_VAR_text=one tf apply -auto-approve | tail -n 1
aws ecs describe-services --cluster "$cluster" --services web --query 'services[0].[status, runningCount, taskDefinition]' --output text

step "Changed"
TF_VAR_text=two tf apply -auto-approve | tail -n 1
aws ecs describe-services --cluster "$cluster" --services web --query 'services[0].[status, runningCount, taskDefinition]' --output text

step "Nothing to do"
TF_VAR_text=two tf plan -detailed-exitcode | tail -n 3

step "Gone again"
TF_VAR_text=two tf destroy -auto-approve | tail -n 1
