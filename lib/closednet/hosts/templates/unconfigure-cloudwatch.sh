main() {
    if has amazon-cloudwatch-agent-ctl; then
        amazon-cloudwatch-agent-ctl -a stop -m onPremise
        amazon-cloudwatch-agent-ctl -a remove-config -m onPremise -c all
    fi
    file="$CW/bin/config.json"
    rm -f "$file"
    if [ -f "$file.before-closednet" ]; then mv -f "$file.before-closednet" "$file"; fi
    unmark cloudwatch-config
    say unconfigured yes
}
