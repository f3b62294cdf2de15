"""
The instruction mode: the same verbs, and a person in the place of every call.

A cell that lacks answers stops with the script that gets them. It is run by hand,
wherever it may be run; what it printed is pasted back with `run.paste`, and the cell is
run again. Nothing is executed here, and everything is judged by the same checks.
"""

from __future__ import annotations

import getpass

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closednet import registry
from closednet.aws.by_hand import AccountByHand
from closednet.errors import HandsNeededError, PreconditionError
from closednet.hosts.instructed import FleetByHand
from closednet.lookup.by_hand import LookupByHand
from closednet.model.desk import Desk, pasted
from closednet.recorder import NullRecorder
from closednet.render.closing import LinesView
from closednet.run import instructions
from closednet.run.by_hand_steps import ListenerByHand, StepByHand
from closednet.run.run import Run
from closednet.site import Site
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from types import TracebackType

    from closednet.engine import Listener
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.receipt import Receipt
    from closednet.model.report import Report
    from closednet.render.pages import Handover, SeriesView
    from closednet.render.views import Inspection, PlanView, ReceiptView
    from closednet.run.instructions import Session

LONGEST_S = 86400.0


@dataclass(frozen=True)
class SiteByHand(Site):
    """
    A site that people reach.
    """

    desk: Desk = field(default_factory=Desk)

    @cached_property
    def waiting(self) -> Waiting:
        """
        Nobody waits here: people look again.
        """
        return Waiting(0.0, LONGEST_S, sleep=self.desk.pause)

    @cached_property
    def network(self) -> AccountByHand:
        """
        The account that owns VPC, endpoints, resolver and zone.
        """
        return AccountByHand("network", self.params, self.waiting, self.desk)

    @cached_property
    def management(self) -> AccountByHand:
        """
        The account that manages the servers; the same one where both are one.
        """
        accounts = self.params.accounts
        if accounts.network == accounts.management:
            return self.network
        return AccountByHand("management", self.params, self.waiting, self.desk)

    @cached_property
    def dns(self) -> AccountByHand:
        """
        The account that owns the private hosted zone; mostly that of the network.
        """
        if self.params.accounts.dns is None:
            return self.network
        return AccountByHand("dns", self.params, self.waiting, self.desk)

    @cached_property
    def lookup(self) -> LookupByHand:
        """
        DNS questions that people ask.
        """
        return LookupByHand(self.params.connection, self.desk)

    @cached_property
    def fleet(self) -> FleetByHand:
        """
        The servers, with people at them.
        """
        params = self.params
        return FleetByHand(
            params.hosts, params.connection, NullRecorder(), 1, desk=self.desk
        )


class RunByHand(Run):
    """
    The verbs of one step, with a person in the place of every call.
    """

    def inspect(self) -> Inspection:
        """
        Return what people saw of what this step desires.

        Raises:
            HandsNeededError: A person has to look first.
        """
        with self._asking("inspect"):
            return super().inspect()

    def apply(self, plan: PlanView, approve: str) -> ReceiptView:
        """
        Have people write exactly the approved plan.

        Raises:
            HandsNeededError: A person has to do something first.
        """
        with self._asking("apply"):
            return super().apply(plan, approve)

    def verify(self) -> Report:
        """
        Check every claim by what people saw.

        Raises:
            HandsNeededError: A person has to look first.
        """
        with self._asking("verify"):
            return super().verify()

    def handover(self) -> Handover:
        """
        Return the files for people outside AWS, and keep them.
        """
        with self._asking("handover"):
            return super().handover()

    def series(self) -> SeriesView:
        """
        Return what arrived in CloudWatch, drawn.
        """
        with self._asking("series"):
            return super().series()

    def paste(self, text: str = "", *, file: str = "") -> LinesView:
        """
        Take what a script printed, as text or in a file.

        Raises:
            EvidenceError: It holds no answer.
            PreconditionError: Nothing was asked for, or something else.
        """
        said = Path(file).read_text("utf-8") if file else text
        session = instructions.open_session(self.folder, self.name)
        if session is None:
            raise PreconditionError(
                "nothing was asked for", hint="run the cell that shows the commands"
            )
        answers = pasted(said)
        strange = sorted(answers.keys() - session.asked.keys())
        if strange:
            raise PreconditionError(
                f"{len(strange)} of {len(answers)} answers belong to another script",
                hint=f"paste the output of {session.script_name}",
            )
        session.take(answers, by=getpass.getuser())
        left = len(session.asked.keys() - session.answers.keys())
        return LinesView((f"{len(answers)} answers taken, {left} missing",))

    def _asking(self, verb: str) -> Asking:
        return Asking(self, verb)

    def renew(self, desk: Desk) -> None:
        """
        Forget what earlier verbs saw: each begins with its own questions.
        """
        about = self.site
        self.site = SiteByHand(
            about.params, about.params_file, about.recorder, about.run_id, desk=desk
        )
        step: Any = StepByHand(registry.build(self.name, self.site), desk)
        self.step = step

    def _wait_for_people(self, receipt: Receipt) -> Receipt:
        return receipt

    @property
    def _listener(self) -> Listener:
        site: Any = self.site
        return ListenerByHand(super()._listener, site.desk)


@dataclass
class Asking:
    """
    One verb, from its first question to its last answer.
    """

    run: RunByHand
    verb: str
    session: Session | None = None
    desk: Desk = field(default_factory=Desk)

    def __enter__(self) -> None:
        """
        Begin at the beginning, with the answers that are there.
        """
        run = self.run
        self.session = instructions.session(run.folder, run.name, self.verb)
        self.desk.begin(self.session.answers)
        run.renew(self.desk)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.session is None:
            return
        if self.desk.dropped:
            self.session.drop(self.desk.answers)
        elif not self.desk.missing:
            self.session.end()
        if not self.desk.missing:
            return
        script = instructions.script(self.run.site.params, self.desk.missing)
        place = self.session.ask(self.desk.missing, script)
        number = len(self.desk.missing)
        raise HandsNeededError(
            f"{self.run.name}, {self.verb}: {number} commands wait to be run by hand"
            f" ({place})\n\n{script}",
            script=script,
            hint='run the script, then run.paste("""...""") with all that it printed,'
            " and this cell again",
        ) from None


def open_instructed(step: str, site: Site, folder: RunFolder) -> RunByHand:
    """
    Return the run of one notebook in which people do everything.
    """
    built: Any = registry.build(step, site)
    run = RunByHand(step, site, folder, built)
    run.renew(Desk())
    return run


def refuse_instruct(site: Site) -> None:
    """
    Go on only if commands may be executed at all.

    Raises:
        PreconditionError: The parameters say that people do it, notebook by notebook.
    """
    if site.params.mode == "instruct":
        raise PreconditionError(
            "mode is instruct: this would execute commands",
            hint="open the notebooks one by one: closednet lab PARAMS",
        )
