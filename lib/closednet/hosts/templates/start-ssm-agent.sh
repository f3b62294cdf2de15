main() {
    if is_active amazon-ssm-agent; then
        unchanged "amazon-ssm-agent runs"
    else
        systemctl enable amazon-ssm-agent
        systemctl start amazon-ssm-agent
        say started amazon-ssm-agent
    fi
    say node_id "$(node_id)"
}
