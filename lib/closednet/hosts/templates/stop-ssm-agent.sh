main() {
    if ! is_active amazon-ssm-agent; then
        unchanged "amazon-ssm-agent does not run"
        return 0
    fi
    systemctl stop amazon-ssm-agent
    systemctl disable amazon-ssm-agent
    say stopped amazon-ssm-agent
}
