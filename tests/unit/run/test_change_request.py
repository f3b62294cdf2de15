"""
A change request says everything that the plan does, in two languages, offline.
"""

from __future__ import annotations

import json
import re

from html import unescape
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from closednet import registry
from closednet.errors import EvidenceError
from closednet.evidence import change_request, codec
from closednet.model.change import Manual, key_of
from closednet.render.request.blocks import Code, Heading, Line, Points, Sheet
from closednet.render.request.blocks import html as html_of
from closednet.render.request.blocks import markdown as markdown_of
from closednet.render.request.document import LANGUAGES
from closednet.run.change_request import assemble
from tests.unit.run.samples import (
    AROUND,
    request_of,
    site_of,
    undoing,
    whole_rollout,
)


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.evidence.change_request import RequestFile
    from closednet.render.request.vocabulary import Words

EN, JA = LANGUAGES["en"], LANGUAGES["ja"]


@pytest.fixture(name="file", scope="module")
def _file() -> RequestFile:
    return request_of()


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


class TestLanguages:
    def test_both_say_the_same_things_with_the_same_values(self) -> None:
        """A translation that forgets a value would hide it from its readers."""
        assert set(EN.texts) == set(JA.texts)
        assert {} == {
            key: (_placeholders(EN.texts[key]), _placeholders(JA.texts[key]))
            for key in EN.texts
            if _placeholders(EN.texts[key]) != _placeholders(JA.texts[key])
        }

    @pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
    def test_every_kind_of_every_step_has_its_sentences(self, words: Words) -> None:
        """A new spec cannot be left without words."""
        site = site_of("two-accounts")
        kinds = {
            kind.spec_type.__name__
            for name in registry.NAMES
            for kind in registry.build(name, site).kinds()
        }
        fields = {
            field
            for cls in codec.registry().values()
            if cls.__module__.startswith("closednet.model.specs")
            for field in cls.__dataclass_fields__
        }

        assert set() == {k for k in kinds if k not in words.kinds} - {"ForwardingRule"}
        assert set() == fields - set(words.labels)

    def test_every_step_has_a_name_and_a_purpose(self) -> None:
        assert all(f"step.{name}" in EN.texts for name in registry.NAMES)
        assert all(f"purpose.{name}" in EN.texts for name in registry.NAMES)

    def test_japanese_has_no_english_sentence_left(self, file: RequestFile) -> None:
        """Names and identifiers stay; words between them are translated."""
        said = [row for key, row in JA.texts.items() if row == EN.texts[key]]

        assert [
            EN.texts["approvals.command"],
            EN.texts["approvals.command.signed"],
        ] == (said)


class TestPages:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_page_asks_for_nothing_and_runs_nothing(
        self, file: RequestFile, language: str
    ) -> None:
        page = file.page(language)

        assert "default-src 'none'" in page
        assert "<script" not in page
        assert [] == re.findall(r"(?:src|href)=|url\(|@import|https?://", page)
        assert f'<html lang="{language}">' in page

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_change_is_said_in_both_forms(
        self, file: RequestFile, language: str
    ) -> None:
        page = unescape(file.page(language))
        ticket = file.markdown(language).replace("\\", "")
        words = LANGUAGES[language]
        said = [words.change(change) for change in file.rollout.changes]

        assert 50 < len(said)
        assert [] == [text for text in said if text not in page]
        assert [] == [text for text in said if text not in ticket]
        assert file.rollout.digest in page
        assert file.rollout.digest in ticket

    def test_people_find_their_work_and_their_files(self, file: RequestFile) -> None:
        ticket = file.markdown("en")

        assert "Add-DnsServerConditionalForwarderZone" in ticket
        assert "handover/sap01-ssm-agent.sh" in ticket
        assert "10.96.10.20" in ticket
        assert "Firewall team" in ticket

    def test_prices_carry_their_date(self, file: RequestFile) -> None:
        total = f"{sum(line.monthly_usd for line in file.request.costs):,.2f}"

        assert f"{total} USD a month (prices of 2026-11-01)" in file.markdown("en")
        assert f"月額 {total} 米ドル(2026-11-01 時点の価格)" in file.markdown("ja")

    def test_whoever_uses_the_names_is_told_about(self, file: RequestFile) -> None:
        """Fifteen interfaces of others make a grave risk; S3's is not theirs."""
        grave = [r.kind for r in file.request.risks if r.level == "high"]
        ticket = file.markdown("en")

        assert ["private-dns"] == grave
        assert "endpoint-names-inbound" in [r.kind for r in file.request.risks]
        assert "12 of sort instance" in ticket
        assert "ssm.ap-northeast-1.amazonaws.com" in ticket
        assert "Interfaces of others seen: 15." in ticket

    def test_what_cannot_be_undone_is_named(self, file: RequestFile) -> None:
        lasting = {item.key for step in file.request.steps for item in step.lasting}

        assert "service-setting/activation-tier" in lasting
        assert "impossible with more than 1,000 hybrid nodes" in file.markdown("en")
        assert "1,000 台を超える場合は実施できません" in file.markdown("ja")

    def test_policies_stand_in_full_in_the_appendix(self, file: RequestFile) -> None:
        page = unescape(file.page("en"))

        assert '"Statement": [' in page
        assert page.count("interface-endpoint/ssm: endpoint policy") == 1

    def test_a_rollback_is_requested_in_the_same_way(self) -> None:
        site = site_of("two-accounts")
        rollout = undoing(whole_rollout(site), "20261123T110050Z-1a2b3c")
        steps = [registry.build(plan.step, site) for plan in rollout.plans]
        file = assemble(site, rollout, steps, around=AROUND)

        assert "roll back run 20261123T110050Z-1a2b3c" in file.markdown("en")
        assert "Delete the interface endpoint for ssm" in file.markdown("en")
        assert "実行 20261123T110050Z-1a2b3c の切り戻し" in file.markdown("ja")
        assert () == file.request.costs
        assert ["removal"] == [r.kind for r in file.request.risks if r.level == "high"]


class TestFiles:
    def test_json_comes_back_as_it_was(self, file: RequestFile, tmp_path: Path) -> None:
        names = change_request.write(tmp_path, file, ["en", "ja"])
        again = change_request.read(tmp_path / "change-request.json")

        assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
        assert file == again
        assert file.text == again.text
        assert file.rollout == codec.read_plan(tmp_path / "change-request.json")

    def test_the_same_site_gives_the_same_bytes(self, file: RequestFile) -> None:
        """So two people can compare what they made on two machines."""
        again = request_of()

        assert file.text == again.text
        assert file.rendered() == again.rendered()

    def test_an_altered_page_is_noticed(
        self, file: RequestFile, tmp_path: Path
    ) -> None:
        """Somebody could show a board another page than what it signs for."""
        change_request.write(tmp_path, file, ["en", "ja"])
        path = tmp_path / "change-request.json"
        assert [] == change_request.altered_pages(path, file)

        page = tmp_path / "change-request.ja.html"
        page.write_text(page.read_text("utf-8").replace("352", "35"), "utf-8")
        page.write_text(page.read_text("utf-8") + " ", "utf-8")

        assert ["change-request.ja.html"] == change_request.altered_pages(path, file)

    def test_an_edited_plan_is_refused(self, file: RequestFile, tmp_path: Path) -> None:
        change_request.write(tmp_path, file, [])
        path = tmp_path / "change-request.json"
        path.write_text(path.read_text("utf-8").replace("10.8.1.11", "10.8.1.12"))
        data = json.loads(path.read_text("utf-8"))
        data["plan"]["plans"][1]["changes"].pop()
        path.write_text(json.dumps(data))

        with pytest.raises(EvidenceError, match="edited after it was planned"):
            change_request.read(path)

    def test_a_plain_plan_is_no_request(
        self, file: RequestFile, tmp_path: Path
    ) -> None:
        codec.write_plan(tmp_path / "plan.json", file.rollout)

        with pytest.raises(EvidenceError, match="closednet plan PARAMS --out"):
            change_request.read(tmp_path / "plan.json")


class TestBlocks:
    def test_nothing_in_a_cell_becomes_markup(self) -> None:
        blocks = (
            Heading(2, "a <b> | `c`"),
            Line("*.s3.example [x](y) __z__ some_name"),
            Points(("# one", "two"), numbered=True),
            Sheet(("h",), (("a|b\nc_d",),), ("mark",)),
            Code("file", "```\ninner\n```\n<script>"),
        )

        assert "<b>" not in html_of(blocks)
        assert "<script>" not in html_of(blocks)
        assert '<tr class="mark"><td>a|b<br>c_d</td></tr>' in html_of(blocks)
        assert "a \\<b\\> \\| \\`c\\`" in markdown_of(blocks)
        assert "\\*.s3.example \\[x\\](y)" in markdown_of(blocks)
        assert "some_name" in markdown_of(blocks)
        assert "1. \\# one" in markdown_of(blocks)
        assert "| a\\|b<br>c_d |" in markdown_of(blocks)
        assert "````\n```\ninner\n```\n<script>\n````" in markdown_of(blocks)


def test_the_work_of_people_keeps_its_logical_names(file: RequestFile) -> None:
    """What is verified afterwards is found by these."""
    by_hand = [c for c in file.rollout.changes if isinstance(c, Manual)]

    assert {"DNS administrator", "server administrator"} == {c.who for c in by_hand}
    assert "forwarding-rule/ssm.ap-northeast-1.amazonaws.com" in map(key_of, by_hand)
