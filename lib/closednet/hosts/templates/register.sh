# SITE, REGION, ACTIVATION_ID are set; CODE too, unless a person types it.
main() {
    take_turns
    have=$(node_id)
    if [ -n "$have" ]; then
        unchanged "is registered as $have"
        say node_id "$have"
        return 0
    fi
    need amazon-ssm-agent
    if [ -z "${CODE:-}" ]; then ask_code; fi
    mark registration "site=$SITE region=$REGION node="
    systemctl stop amazon-ssm-agent
    said=$(amazon-ssm-agent -register -y -code "$CODE" -id "$ACTIVATION_ID" \
        -region "$REGION" 2>&1) || refused "$said"
    printf '%s\n' "$said"
    have=$(node_id)
    [ -n "$have" ] || fail "the agent does not know its own id after registration"
    mark registration "site=$SITE region=$REGION node=$have"
    say node_id "$have"
}
