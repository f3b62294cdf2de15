"""
Settings of Systems Manager that hold for a whole account and Region.

They belong to nobody; whoever may change one says so in `consents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.aws.tolerance import Tolerating
from closednet.model.change import Found
from closednet.model.specs.management import ServiceSetting
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account


DEFAULT_TIER: Final = "standard"
PENDING: Final = "PendingUpdate"


class ServiceSettings(PlainKind):
    """
    Kind of the service settings, of which the activation tier is one.
    """

    spec_type = ServiceSetting
    actions = Actions(
        account="management",
        find=("ssm:GetServiceSetting",),
        create=("ssm:UpdateServiceSetting",),
        update=("ssm:UpdateServiceSetting", "ssm:ResetServiceSetting"),
        delete=("ssm:ResetServiceSetting",),
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(
        self, wanted: Iterable[ServiceSetting]
    ) -> dict[str, Found[ServiceSetting]]:
        """
        Return the settings with the values that they have.
        """
        found: dict[str, Found[ServiceSetting]] = {}
        for spec in wanted:
            state = self._state(spec.setting)
            if state is not None:
                seen = ServiceSetting(spec.setting, state[0])
                found[spec.key] = Found(seen, self._arn(spec.setting), owned=True)
        return found

    def create(self, spec: ServiceSetting) -> str:
        """
        Set a setting that had no value yet.
        """
        arn = self._arn(spec.setting)
        with self._account.call("ssm:UpdateServiceSetting", spec.setting):
            self._account.ssm.update_service_setting(
                SettingId=arn, SettingValue=spec.value
            )
        return arn

    def update(self, old: ServiceSetting, new: ServiceSetting) -> str:
        """
        Set the value; the default is set by resetting, as nothing else was there.
        """
        if new.value != DEFAULT_TIER:
            return self.create(new)
        self.delete(new, self._arn(new.setting))
        return self._arn(new.setting)

    def delete(self, spec: ServiceSetting, resource_id: str) -> None:
        """
        Reset the setting to AWS's default.
        """
        with self._account.call("ssm:ResetServiceSetting", spec.setting):
            self._account.ssm.reset_service_setting(SettingId=resource_id)

    def settle(self, specs: Iterable[ServiceSetting]) -> None:
        """
        Wait until the new value holds; the way back can take half an hour.
        """
        for spec in specs:
            self._account.waiting.until(
                lambda spec=spec: (
                    self._state(spec.setting)  # type: ignore[misc]
                    in {(spec.value, "Default"), (spec.value, "Customized")}
                    or None
                ),
                what=f"{spec.setting} = {spec.value}",
                hint="AWS may take 30 minutes or more: run this step again later",
            )

    def irreversible(self, spec: ServiceSetting) -> str:
        """
        Going back to the standard tier is slow, and sometimes impossible.
        """
        if spec.value == DEFAULT_TIER:
            return ""
        return (
            "going back to standard can take 30 minutes or more and is impossible"
            " with more than 1,000 hybrid nodes; until then every hybrid node of the"
            " account and Region is charged, and what was charged stays charged"
        )

    def _state(self, setting: str) -> tuple[str, str] | None:
        with (
            Tolerating("ServiceSettingNotFound"),
            self._account.call("ssm:GetServiceSetting", setting),
        ):
            raw = self._account.ssm.get_service_setting(SettingId=setting)
            state = raw["ServiceSetting"]
            return state["SettingValue"], state.get("Status", "Default")
        return None

    def _arn(self, setting: str) -> str:
        owner = f"{self._account.region}:{self._account.id}"
        return f"arn:{self._account.partition}:ssm:{owner}:servicesetting{setting}"
