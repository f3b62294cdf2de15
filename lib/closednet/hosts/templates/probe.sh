# SITE and RUN are set: one line for the system log that can be found again.
main() {
    name=$(hostname)
    logger -t closednet "closednet-probe $SITE $RUN $name"
    say hostname "$name"
}
