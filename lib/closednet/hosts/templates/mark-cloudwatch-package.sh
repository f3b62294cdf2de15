main() {
    mark cloudwatch-package "site=$SITE"
    say marked cloudwatch-package
}
