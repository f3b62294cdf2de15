# SITE and RUN are set: one line for the system log that can be found again, and
# whether anybody is there to deliver it.
main() {
    name=$(hostname)
    logger -t closednet "closednet-probe $SITE $RUN $name"
    say hostname "$name"
    say delivers "$(is_active amazon-cloudwatch-agent && echo yes || echo no)"
}
