# What both ways of registering do: they ask for the code, and they are refused.
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
