#!/bin/sh
exec "@PYTHON@" -I "@TOOLS@" amazon-ssm-agent "$@"
