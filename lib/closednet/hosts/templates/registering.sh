# What both ways of registering do: they take turns, ask for the code, are refused.

# Whoever was cut off may still be registering this server: that uses an activation up.
# What is started here keeps the lock until it ends, too.
take_turns() {
    has flock || return 0
    mkdir -p "$R/run"
    exec 9>"$R/run/closednet-registration.lock"
    flock -w 120 9 || fail "another run is still registering this server" \
        "wait until it has ended, then run this step again"
}

refused() {
    printf '%s\n' "$1"
    say refused "$(printf '%s\n' "$1" \
        | grep -oE 'ActivationExpired|InvalidActivation|RegistrationLimitExceeded' | head -n 1)"
    fail "registration was refused" \
        "an activation expires and has a limit: run the activation step again"
}

ask_code() {
    [ -r /dev/tty ] || fail "nobody is there to type the activation code"
    printf 'Activation code (is not shown): ' >/dev/tty
    trap 'stty echo </dev/tty' EXIT INT TERM
    stty -echo </dev/tty
    read -r CODE </dev/tty
    stty echo </dev/tty
    trap - EXIT INT TERM
    printf '\n' >/dev/tty
    [ -n "$CODE" ] || fail "no activation code was typed"
}
