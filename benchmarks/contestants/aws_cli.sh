#!/bin/sh
# The work with aws-cli: look first, then create. `aws_cli.sh apply|verify FOLDER`
# shellcheck disable=SC1091,SC2016,SC2153 # names come from a file; JMESPath is quoted
# FOLDER holds work.sh with the names, and the documents as files.
set -eu
verb=$1 folder=$2
. "$folder/work.sh"
network() { aws --profile network --output text "$@"; }
management() { aws --profile management --output text "$@"; }
until_so() { # until_so VALUE COMMAND...: look until the command prints it
  wanted=$1; shift
  for _ in $(seq 100); do
    [ "$("$@")" = "$wanted" ] && return
    sleep 0.15
  done
  echo "never $wanted: $*" >&2; exit 1
}
patient() { # COMMAND...: again while what was just made is not known everywhere
  for _ in $(seq 20); do
    "$@" 2>"$folder/refused" && return
    grep -Eq 'NotFound|NoSuchEntity|ValidationException' "$folder/refused" || break
    sleep 0.15
  done
  cat "$folder/refused" >&2; exit 1
}
group() {
  network ec2 describe-security-groups \
    --filters "Name=vpc-id,Values=$VPC" "Name=group-name,Values=$1" \
    --query 'SecurityGroups[0].GroupId'
}
make_group() { # NAME DESCRIPTION RULES
  id=$(group "$1")
  if [ "$id" = None ]; then
    id=$(network ec2 create-security-group --group-name "$1" --description "$2" \
      --vpc-id "$VPC" --query GroupId \
      --tag-specifications "ResourceType=security-group,Tags=[{Key=Name,Value=$NAME}]")
    patient network ec2 authorize-security-group-ingress --group-id "$id" \
      --ip-permissions "file://$3" >/dev/null
  fi
  echo "$id"
}
total() { awk '{ n += $1 } END { print n + 0 }'; } # of all pages
endpoints() { # QUERY
  network ec2 describe-vpc-endpoints --filters "Name=vpc-id,Values=$VPC" --query "$1"
}
pending() { endpoints "length(VpcEndpoints[?State!='available'])" | total; }
inbound() {
  network route53resolver list-resolver-endpoints \
    --filters "Name=HostVPCId,Values=$VPC" --query "ResolverEndpoints[0].$1"
}
zone() {
  network route53 list-hosted-zones-by-vpc --vpc-id "$VPC" --vpc-region "$REGION" \
    --query "HostedZoneSummaries[?Name=='$ZONE.'&&Owner.OwningAccount].HostedZoneId|[0]"
}
records() {
  network route53 list-resource-record-sets --hosted-zone-id "$1" \
    --query "length(ResourceRecordSets[?Type=='A'])" | total
}
role_policies() {
  management iam list-role-policies --role-name "$ROLE" \
    --query 'join(`,`,sort(PolicyNames))' 2>/dev/null || echo None
}
tier() {
  management ssm get-service-setting --setting-id "$TIER" \
    --query 'ServiceSetting.[SettingValue,Status]' | tr '\t' ' '
}
activations() {
  management ssm describe-activations \
    --query "length(ActivationList[?Description=='$ACTIVATION'&&!Expired])" | total
}
days() {
  management logs describe-log-groups --log-group-name-prefix "$1" \
    --query "logGroups[?logGroupName=='$1'].retentionInDays|[0]"
}
session() {
  management ssm get-document --name "$SESSION" --query Content 2>/dev/null || echo None
}
association() {
  management ssm list-associations \
    --query "length(Associations[?AssociationName=='$ASSOCIATION'])" | total
}

apply() {
  reached=$(make_group endpoints "$ENDPOINTS_DESCRIPTION" "$folder/endpoints.json")
  resolving=$(make_group resolver "$RESOLVER_DESCRIPTION" "$folder/resolver.json")
  have=$(endpoints 'VpcEndpoints[].ServiceName')
  made=
  for service in $SERVICES; do
    case " $(echo "$have" | tr '\t\n' '  ') " in
      *" com.amazonaws.$REGION.$service "*) continue ;;
    esac
    dns=--private-dns-enabled
    [ "$service" = s3 ] && dns=--no-private-dns-enabled
    # shellcheck disable=SC2086 # several subnets
    patient network ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id "$VPC" \
      --service-name "com.amazonaws.$REGION.$service" --subnet-ids $SUBNETS \
      --security-group-ids "$reached" $dns --client-token "$NAME-$service" \
      --policy-document "file://$folder/policy-$service.json" \
      --tag-specifications "ResourceType=vpc-endpoint,Tags=[{Key=Name,Value=$NAME}]" \
      >/dev/null
    made=yes
  done
  [ -z "$made" ] || until_so 0 pending
  if [ "$(inbound Id)" = None ]; then
    # shellcheck disable=SC2086 # several addresses
    patient network route53resolver create-resolver-endpoint --name inbound \
      --creator-request-id "$NAME" --direction INBOUND \
      --security-group-ids "$resolving" --ip-addresses $INBOUND \
      --tags "Key=Name,Value=$NAME" >/dev/null
    until_so OPERATIONAL inbound Status
  fi
  id=$(zone)
  if [ "$id" = None ]; then
    id=$(network route53 create-hosted-zone --name "$ZONE" --caller-reference "$NAME" \
      --vpc "VPCRegion=$REGION,VPCId=$VPC" --query HostedZone.Id \
      --hosted-zone-config "Comment=$NAME,PrivateZone=true")
    id=${id##*/}
  fi
  if [ "$(records "$id")" -lt 2 ]; then
    entry=$(endpoints "VpcEndpoints[?ends_with(ServiceName,'.s3')].DnsEntries[0].[HostedZoneId,DnsName]" | grep vpce | tr '\t' ' ')
    sed -e "s/@ZONE@/${entry%% *}/g" -e "s/@NAME@/${entry##* }/g" \
      "$folder/records.json" >"$folder/changes.json"
    change=$(network route53 change-resource-record-sets --hosted-zone-id "$id" \
      --change-batch "file://$folder/changes.json" --query ChangeInfo.Id)
    until_so INSYNC network route53 get-change --id "$change" --query ChangeInfo.Status
  fi
  have=$(role_policies)
  if [ "$have" = None ]; then
    management iam create-role --role-name "$ROLE" --description "$ROLE_DESCRIPTION" \
      --assume-role-policy-document "file://$folder/trust.json" \
      --tags "Key=Name,Value=$NAME" >/dev/null
  fi
  for policy in $POLICIES; do
    case ",$have," in *",$policy,"*) continue ;; esac
    patient management iam put-role-policy --role-name "$ROLE" --policy-name "$policy" \
      --policy-document "file://$folder/role-$policy.json"
  done
  case $(tier) in
    advanced*) ;;
    *)
      management ssm update-service-setting --setting-id "$TIER" --setting-value advanced
      until_so "advanced Customized" tier ;;
  esac
  if [ "$(activations)" = 0 ]; then
    umask 077
    patient management ssm create-activation --iam-role "$ROLE" \
      --registration-limit 3 --description "$ACTIVATION" \
      --default-instance-name "$NAME" --output json >"$folder/activation.json"
    management ssm put-parameter --name "$SECRET" --type SecureString --overwrite \
      --value "file://$folder/activation.json" >/dev/null
  fi
  while read -r name keep; do
    have=$(days "$name")
    [ "$have" != None ] || [ -n "$(management logs describe-log-groups \
      --log-group-name-prefix "$name" --query 'logGroups[].logGroupName')" ] ||
      management logs create-log-group --log-group-name "$name"
    [ "$have" = "$keep" ] || management logs put-retention-policy \
      --log-group-name "$name" --retention-in-days "$keep"
  done <"$folder/log-groups"
  if [ "$(session)" = None ]; then
    management ssm create-document --name "$SESSION" --document-type Session \
      --content "file://$folder/session.json" >/dev/null
  fi
  if [ "$(association)" = 0 ]; then
    management ssm create-association \
      --cli-input-json "file://$folder/association.json" >/dev/null
  fi
}

claim() { # EXPECTED FOUND WHAT
  [ "$1" = "$2" ] || { echo "not as it should be: $3: $2" >&2; wrong=1; }
}
verify() {
  wrong=0
  for name in endpoints resolver; do
    [ "$(group $name)" != None ] || claim one None "group $name"
  done
  claim 0 "$(pending)" endpoints
  claim "$(echo "$SERVICES" | wc -w)" "$(endpoints 'length(VpcEndpoints)' | total)" endpoints
  claim OPERATIONAL "$(inbound Status)" inbound
  claim 2 "$(records "$(zone)")" records
  claim "$(echo "$POLICIES" | tr ' ' ',')" "$(role_policies)" role
  claim "advanced Customized" "$(tier)" tier
  claim 1 "$(activations)" activation
  while read -r name keep; do claim "$keep" "$(days "$name")" "$name"; done \
    <"$folder/log-groups"
  [ "$(session)" != None ] || claim some None sessions
  claim 1 "$(association)" association
  return $wrong
}

[ "$verb" = verify ] || apply
verify
