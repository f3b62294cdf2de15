"""
Two profiles: defaults that a file can overrule, each with its reason.
"""

from __future__ import annotations

import json

from typing import Any

import pytest
import yaml

from closednet.params import profiles
from closednet.params.site import SiteParams
from tests.unit.model.sites import FILE


def site(**changes: Any) -> SiteParams:
    raw = yaml.safe_load(FILE.read_text("utf-8"))
    for section in ("endpoints", "name_resolution", "cloudwatch", "connection"):
        raw.pop(section)
    text = json.dumps(profiles.with_defaults(raw | changes))
    return SiteParams.model_validate_json(text)


def test_the_article_has_its_own_defaults() -> None:
    article, current = site(profile="article-2022"), site()

    for each in profiles.DIFFERENCES:
        section, key = each.path
        assert each.article == getattr(getattr(article, section), key)
        assert each.current == getattr(getattr(current, section), key)
    assert "current" == current.profile


def test_what_the_file_says_holds() -> None:
    chosen = site(profile="article-2022", cloudwatch={"credentials": "ssm-role"})

    assert "ssm-role" == chosen.cloudwatch.credentials
    assert "private-hosted-zone" == chosen.name_resolution.s3


@pytest.mark.parametrize("profile", ["article-2022", "current"])
def test_every_difference_is_told_with_reason_and_source(profile: str) -> None:
    rows = profiles.compared(site(profile=profile))

    assert 4 == len(rows)
    for name, here, other, reason, source in rows:
        assert all((name, here, reason, source))
        assert here != other
