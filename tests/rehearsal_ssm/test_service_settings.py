"""
Service settings, above all the tier of managed nodes.
"""

from __future__ import annotations

from typing import Any

from tests.rehearsal_ssm.expect import refused
from tests.rehearsal_ssm.wires import ACCOUNT, REGION, Cloud


SHORT = "/ssm/managed-instance/activation-tier"
ARN = f"arn:aws:ssm:{REGION}:{ACCOUNT}:servicesetting{SHORT}"


def _setting(client: Any, setting_id: str = SHORT) -> tuple[str, str]:
    shown = client.get_service_setting(SettingId=setting_id)["ServiceSetting"]
    return shown["SettingValue"], shown["Status"]


def test_the_tier_is_standard_by_default(client: Any) -> None:
    shown = client.get_service_setting(SettingId=ARN)["ServiceSetting"]

    assert ("standard", "Default") == _setting(client)
    assert (SHORT, ARN) == (shown["SettingId"], shown["ARN"])


def test_a_change_is_pending_at_first(cloud: Cloud, client: Any) -> None:
    client.update_service_setting(SettingId=ARN, SettingValue="advanced")

    assert ("advanced", "PendingUpdate") == _setting(client)
    with refused("TooManyUpdates"):
        client.update_service_setting(SettingId=SHORT, SettingValue="standard")
    cloud.wait(1)
    assert ("advanced", "Customized") == _setting(client, ARN)


def test_a_reset_gives_the_default_again(cloud: Cloud, client: Any) -> None:
    client.update_service_setting(SettingId=ARN, SettingValue="advanced")
    cloud.wait(1)
    client.reset_service_setting(SettingId=ARN)
    cloud.wait(1)

    assert ("standard", "Default") == _setting(client)


def test_settings_are_checked(client: Any) -> None:
    foreign = ARN.replace(ACCOUNT, "111111111111")
    for unknown in ("/ssm/no/such-setting", foreign):
        with refused("ServiceSettingNotFound"):
            client.get_service_setting(SettingId=unknown)
    with refused("ValidationException", "standard, advanced"):
        client.update_service_setting(SettingId=ARN, SettingValue="golden")


def test_settings_belong_to_one_account(cloud: Cloud, client: Any) -> None:
    client.update_service_setting(SettingId=ARN, SettingValue="advanced")

    assert ("standard", "Default") == _setting(cloud.client("111111111111"))
