# The work as Terraform has it; `work` is the file that the other scripts read.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "work" { type = string }
variable "url" { type = string }

locals {
  work      = jsondecode(file(var.work))
  groups    = { for each in local.work.groups : each.name => each }
  endpoints = { for each in local.work.endpoints : each.service => each }
}

provider "aws" {
  profile                     = "operator"
  region                      = local.work.region
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  assume_role { role_arn = "arn:aws:iam::111111111111:role/closednet-operator" }
  endpoints {
    ec2             = var.url
    iam             = var.url
    logs            = var.url
    route53         = var.url
    route53resolver = var.url
    ssm             = var.url
    sts             = var.url
  }
}

provider "aws" {
  alias                       = "management"
  profile                     = "operator"
  region                      = local.work.region
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  assume_role { role_arn = "arn:aws:iam::222222222222:role/closednet-operator" }
  endpoints {
    ec2             = var.url
    iam             = var.url
    logs            = var.url
    route53         = var.url
    route53resolver = var.url
    ssm             = var.url
    sts             = var.url
  }
}

resource "aws_security_group" "of" {
  for_each    = local.groups
  name        = each.key
  description = each.value.description
  vpc_id      = local.work.vpc
  dynamic "ingress" {
    for_each = each.value.ingress
    content {
      protocol    = ingress.value.protocol
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      cidr_blocks = ingress.value.sources
    }
  }
  tags = { Name = local.work.name }
}

resource "aws_vpc_endpoint" "of" {
  for_each            = local.endpoints
  vpc_id              = local.work.vpc
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${local.work.region}.${each.key}"
  subnet_ids          = local.work.subnets
  security_group_ids  = [aws_security_group.of[each.value.group].id]
  private_dns_enabled = each.value.private_dns
  policy              = each.value.policy
  tags                = { Name = local.work.name }
}

resource "aws_route53_resolver_endpoint" "inbound" {
  name               = "inbound"
  direction          = "INBOUND"
  security_group_ids = [aws_security_group.of["resolver"].id]
  dynamic "ip_address" {
    for_each = local.work.inbound
    content {
      subnet_id = ip_address.value.subnet
      ip        = ip_address.value.ip
    }
  }
  tags = { Name = local.work.name }
}

resource "aws_route53_zone" "s3" {
  name = local.work.zone
  vpc { vpc_id = local.work.vpc }
}

resource "aws_route53_record" "of" {
  for_each = toset(local.work.records)
  zone_id  = aws_route53_zone.s3.zone_id
  name     = each.key
  type     = "A"
  alias {
    name                   = aws_vpc_endpoint.of["s3"].dns_entry[0].dns_name
    zone_id                = aws_vpc_endpoint.of["s3"].dns_entry[0].hosted_zone_id
    evaluate_target_health = false
  }
}

resource "aws_iam_role" "nodes" {
  provider           = aws.management
  name               = local.work.role.name
  description        = local.work.role.description
  assume_role_policy = local.work.role.trust
  tags               = { Name = local.work.name }
}

resource "aws_iam_role_policy" "of" {
  provider = aws.management
  for_each = local.work.role.policies
  role     = aws_iam_role.nodes.name
  name     = each.key
  policy   = each.value
}

resource "aws_ssm_service_setting" "tier" {
  provider      = aws.management
  setting_id    = "arn:aws:ssm:${local.work.region}:222222222222:servicesetting${local.work.tier}"
  setting_value = "advanced"
}

resource "aws_ssm_activation" "servers" {
  provider           = aws.management
  name               = local.work.name
  description        = local.work.activation
  iam_role           = aws_iam_role.nodes.name
  registration_limit = 3
  depends_on         = [aws_iam_role_policy.of, aws_ssm_service_setting.tier]
}

resource "aws_ssm_parameter" "code" {
  provider = aws.management
  name     = local.work.secret
  type     = "SecureString"
  value = jsonencode({
    id   = aws_ssm_activation.servers.id
    code = aws_ssm_activation.servers.activation_code
  })
}

resource "aws_cloudwatch_log_group" "of" {
  provider          = aws.management
  for_each          = local.work.log_groups
  name              = each.key
  retention_in_days = each.value
}

resource "aws_ssm_document" "session" {
  provider        = aws.management
  name            = local.work.session.name
  document_type   = "Session"
  document_format = "JSON"
  content         = jsonencode(local.work.session.content)
}

resource "aws_ssm_association" "updates" {
  provider            = aws.management
  name                = local.work.association.Name
  association_name    = local.work.association.AssociationName
  schedule_expression = local.work.association.ScheduleExpression
  max_concurrency     = local.work.association.MaxConcurrency
  max_errors          = local.work.association.MaxErrors
  parameters          = { for k, v in local.work.association.Parameters : k => v[0] }
  targets {
    key    = local.work.association.Targets[0].Key
    values = local.work.association.Targets[0].Values
  }
}
