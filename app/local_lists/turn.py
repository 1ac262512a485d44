"""One go at bringing one charge point's list to what is wanted: ask for its version, then send what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ocpp.v16.enums import Action, UpdateStatus

from app.command_outcomes import Outcome
from app.commands import Commands
from app.domain.charge_points import clip
from app.domain.local_lists import (
    NOT_SUPPORTED,
    Held,
    ListState,
    Message,
    believed,
    highest_used,
    plan,
)
from app.domain.numbers import integer
from app.errors import CommandFailed
from app.local_lists.contents import ENABLED_KEY, LENGTH_KEY, PER_MESSAGE_KEY, judged_again, limits_of, wanted_entries
from app.storage.database import Storage
from app.storage.local_lists import LocalList

# More of a long list is sent in the next go, so that one charge point does not keep all others waiting.
MESSAGES_IN_A_GO = 50
# As often a list is looked at again without a reason: what has expired, what was changed behind our back.
LOOK_AGAIN = timedelta(days=1)
_NO_SUCH_ACTION = ("NotImplemented", "NotSupported")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a go ended; `look_again` None means at the next boot."""

    state: ListState
    reason: str | None = None
    look_again: timedelta | None = LOOK_AGAIN


@dataclass
class Turn:
    """`facts` is what it has found out so far, whatever becomes of it."""

    storage: Storage
    commands: Commands
    before: LocalList
    now: datetime
    requested_by: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def charge_point_id(self) -> str:
        return self.before.charge_point_id

    def run(self, *, full: bool = False, hasty: bool = False) -> Ending:
        """Bring the list up to date. `full` sends all of it; `hasty` trusts a list that was in sync by its version.

        Raises CommandFailed when the charge point cannot be asked, or nobody knows what became of it.
        """
        reported = self._reported()
        if reported == NOT_SUPPORTED:
            return self._not_supported("the charge point says that it has no local authorization list")
        if hasty and self.before.state is ListState.IN_SYNC and reported == self.before.confirmed_version:
            return Ending(ListState.IN_SYNC)
        self._learn_limits()
        limits = limits_of(self.storage, self.charge_point_id)
        held = believed(self.storage.local_list_contents.held(self.charge_point_id), reported)
        wanted = wanted_entries(self.storage, self.charge_point_id, held, limits, self.now)
        used = highest_used(self.before.version, reported)
        if wanted is None:
            if held is not None:
                self._send(plan(judged_again(self.storage, held, self.now), held, used, limits), held)
            return Ending(
                ListState.TOO_LONG,
                f"more idTags are wanted than the {limits.length} that the charge point holds; none was added",
            )
        self.facts["wanted_length"] = len(wanted)
        messages = plan(wanted, None if full else held, used, limits)
        refused = self._send(messages, held)
        if refused is not None and not refused.is_full:
            # Whatever the charge point dislikes about a change, a full list does not depend on what it holds.
            messages = plan(wanted, None, messages[-1].version, limits)
            refused = self._send(messages, None)
        if refused is not None:
            return self._refused(refused)
        if len(messages) > MESSAGES_IN_A_GO:
            return Ending(ListState.PENDING, f"{MESSAGES_IN_A_GO} of {len(messages)} messages are sent", timedelta())
        if not messages and held is not None:
            self._confirm(held)
        return Ending(ListState.IN_SYNC)

    def _reported(self) -> int | None:
        """Return the version that the charge point tells, None when it tells none."""
        outcome, answer = self._ask(Action.get_local_list_version, {})
        if outcome is None:
            return NOT_SUPPORTED if answer in _NO_SUCH_ACTION else None
        reported = integer(outcome.response.get("listVersion"), NOT_SUPPORTED, 2**53)
        if reported is not None:
            self.facts["charge_point_version"] = reported
        return reported

    def _learn_limits(self) -> None:
        """Ask for the limits, unless they are known; a charge point that does not answer may yet take a list."""
        known = self.storage.configurations.of(self.charge_point_id)
        keys = [key for key in (LENGTH_KEY, PER_MESSAGE_KEY) if known.entry(key) is None and not known.lacks(key)]
        if keys:
            try:
                self._ask(Action.get_configuration, {"key": [*keys, ENABLED_KEY]})
            except CommandFailed as failure:
                if failure.code != "charge_point_timeout":
                    raise

    def _send(self, messages: Sequence[Message], held: Held | None) -> Message | None:
        """Send the first messages and return the one that is refused, if any; what was accepted is kept in any case."""
        messages = messages[:MESSAGES_IN_A_GO]
        if messages:
            self.storage.local_lists.reserve(self.charge_point_id, messages[0].version, messages[-1].version)
        before = held
        try:
            for message in messages:
                _outcome, answer = self._ask(Action.send_local_list, message.payload())
                if answer != UpdateStatus.accepted:
                    return message
                held = message.applied_to(held)
        finally:
            if held is not None and held is not before:
                self.storage.local_list_contents.keep(self.charge_point_id, held)
                self._confirm(held)
        return None

    def _ask(self, action: str, payload: dict[str, Any]) -> tuple[Outcome | None, str]:
        """Return what the charge point answers, and its status in one word; a CALLERROR is an answer too."""
        outcome: Outcome | None = None
        try:
            outcome = self.commands.send(self.charge_point_id, (action, payload), requested_by=self.requested_by)
            answer = clip(outcome.status, 50) or ""
        except CommandFailed as failure:
            if failure.code not in ("call_error", "invalid_answer"):
                raise
            answer = clip(failure.facts.get("ocpp_error", failure.code), 50) or ""
        if action == Action.send_local_list or (action == Action.get_local_list_version and outcome is None):
            self.facts["answer"] = f"{action}: {answer}"
        return outcome, answer

    def _confirm(self, held: Held) -> None:
        self.facts |= {
            "charge_point_version": held.version,
            "confirmed_version": held.version,
            "confirmed_length": len(held.entries),
            "confirmed_at": self.now,
        }

    def _refused(self, message: Message) -> Ending:
        answer = self.facts["answer"].partition(": ")[2]
        if message.is_full and answer in _NO_SUCH_ACTION:
            return self._not_supported("the charge point does not take a local authorization list")
        self._forget()
        return Ending(ListState.FAILED, f"the charge point answered {answer} to the {message.update_type} list")

    def _not_supported(self, reason: str) -> Ending:
        self._forget()
        return Ending(ListState.NOT_SUPPORTED, reason, None)

    def _forget(self) -> None:
        """Nothing counts as applied any more: the next list is sent in full."""
        self.storage.local_list_contents.delete(self.charge_point_id)
        self.facts |= dict.fromkeys(("confirmed_version", "confirmed_length", "confirmed_at"))
