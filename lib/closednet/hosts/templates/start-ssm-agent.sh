main() {
    if is_active amazon-ssm-agent; then
        unchanged "amazon-ssm-agent runs"
        return 0
    fi
    systemctl enable amazon-ssm-agent
    systemctl start amazon-ssm-agent
    say started amazon-ssm-agent
}
