main() {
    if is_active amazon-ssm-agent; then
        unchanged "amazon-ssm-agent runs"
    else
        case $(systemctl is-enabled amazon-ssm-agent 2>/dev/null) in
            masked) fail "amazon-ssm-agent is masked" \
                "ask who did that; then: systemctl unmask amazon-ssm-agent" \
                ssm-agent-masked ;;
        esac
        systemctl enable amazon-ssm-agent
        systemctl start amazon-ssm-agent
        say started amazon-ssm-agent
    fi
    say node_id "$(node_id)"
}
