"""
Sessions that never wait for somebody to type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet.aws.models import new_session
from closednet.errors import AwsError


if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
[profile operator]
role_arn = arn:aws:iam::111111111111:role/operator
mfa_serial = arn:aws:iam::111111111111:mfa/hanako
source_profile = hanako
region = ap-northeast-1

[profile hanako]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = example
"""


def test_a_profile_that_asks_for_a_code_is_refused_with_the_next_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a batch nobody can type one; botocore would wait for ever."""
    (tmp_path / "config").write_text(CONFIG, "utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))

    with pytest.raises(AwsError, match="profile operator asks for an MFA") as caught:
        new_session("operator").get_credentials().get_frozen_credentials()

    assert "get-session-token" in caught.value.hint
