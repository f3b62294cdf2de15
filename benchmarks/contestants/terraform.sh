#!/bin/sh
# The work with Terraform: `terraform.sh apply|verify FOLDER`, initialised before.
set -eu
if [ "$1" = apply ]; then
  set -- "$2" apply -auto-approve
else
  set -- "$2" plan -detailed-exitcode
fi
folder=$1; shift
exec terraform "-chdir=$folder/terraform" "$@" -input=false -no-color
