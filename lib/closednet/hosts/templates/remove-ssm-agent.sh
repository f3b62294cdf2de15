main() {
    if [ -z "$(package_version amazon-ssm-agent)" ]; then
        unchanged "amazon-ssm-agent is not installed"
    else
        package_remove amazon-ssm-agent
        say removed amazon-ssm-agent
    fi
    unmark ssm-agent-package
}
