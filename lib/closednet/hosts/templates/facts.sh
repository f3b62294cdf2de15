main() {
    say os_id "$(sed -n 's/^ID=//p' "$R/etc/os-release" | tr -d '"')"
    say os_version "$(sed -n 's/^VERSION_ID=//p' "$R/etc/os-release" | tr -d '"')"
    say arch "$(uname -m)"
    say hostname "$(hostname)"
    say machine_id "$(cat "$R/etc/machine-id" 2>/dev/null || :)"
    say epoch "$(date +%s)"
    say disk_free_mb "$(df -Pk "$R/" | awk 'NR == 2 { print int($4 / 1024) }')"
    say package_format "$(package_format)"
    say tools "$(for t in curl gpg dpkg rpm snap; do if has $t; then echo $t; fi; done \
        | tr '\n' ' ')"
    say proxies "$(env | sed -n 's/^\([a-zA-Z_]*_[pP][rR][oO][xX][yY]\)=.*/\1/p' \
        | sort | tr '\n' ' ')"
    facts_ssm_agent
    facts_cloudwatch_agent
    facts_credentials
    for mark in "$MARKS"/*; do
        [ -f "$mark" ] || continue
        say "mark_$(basename "$mark" | tr - _)" "$(head -n 1 "$mark")"
    done
    say complete yes
}

facts_ssm_agent() {
    say ssm_version "$(package_version amazon-ssm-agent)"
    say ssm_active "$(is_active amazon-ssm-agent && echo yes || echo no)"
    say node_id "$(node_id)"
    say node_region "$(node_field region region)"
    if [ -d "$R/snap/amazon-ssm-agent" ]; then say snap_agent yes; else say snap_agent no; fi
    if curl -s -o /dev/null --connect-timeout 1 http://169.254.169.254/latest/meta-data/; then
        say instance_metadata yes
    else
        say instance_metadata no
    fi
}

facts_cloudwatch_agent() {
    if ! has amazon-cloudwatch-agent-ctl; then
        say cloudwatch_version ""
        return 0
    fi
    status=$(amazon-cloudwatch-agent-ctl -a status -m onPremise 2>/dev/null \
        | tr -d '\n\t' || :)
    say cloudwatch_status "$status"
    say cloudwatch_version "$(printf '%s' "$status" \
        | sed -n 's/.*"version" *: *"\([^"]*\)".*/\1/p')"
    if [ -f "$CW/bin/config.json" ]; then
        say cloudwatch_config "$(base64 <"$CW/bin/config.json" | tr -d '\n')"
    fi
    common="$CW/etc/common-config.toml"
    [ -f "$common" ] || return 0
    say common_profile "$(sed -n 's/^ *shared_credential_profile *= *"\(.*\)".*/\1/p' "$common")"
    say common_file "$(sed -n 's/^ *shared_credential_file *= *"\(.*\)".*/\1/p' "$common")"
}

# Names and modes only: what stands in the profiles is nobody's business here.
facts_credentials() {
    file="$R/root/.aws/credentials"
    if [ -f "$file" ]; then
        say credentials_mode "$(stat -c %a "$file")"
        awk '
            /^\[/ { name = $0; gsub(/[][]/, "", name) }
            /^aws_access_key_id *= *[^ ]/ { print "closednet: profile=" name }
        ' "$file"
    fi
    own="$CW/etc/aws-credentials"
    if [ -f "$own" ]; then
        say own_credentials_mode "$(stat -c %a "$own")"
        awk '
            /^\[/ { name = $0; gsub(/[][]/, "", name) }
            /^aws_access_key_id *= *[^ ]/ { print "closednet: own_profile=" name }
            /^region *=/ { sub(/^region *= */, ""); print "closednet: profile_region=" name " " $0 }
        ' "$own"
    fi
    config="$R/root/.aws/config"
    [ -f "$config" ] || return 0
    awk '
        /^\[/ { name = $0; gsub(/[][]/, "", name); sub(/^profile +/, "", name) }
        /^region *=/ { sub(/^region *= */, ""); print "closednet: profile_region=" name " " $0 }
    ' "$config"
}
