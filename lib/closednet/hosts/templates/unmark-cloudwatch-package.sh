main() {
    unmark cloudwatch-package
    say unmarked cloudwatch-package
}
