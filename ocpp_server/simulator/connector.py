"""One connector: the facts about it, and the status that follows from them (OCPP 1.6 §4.9)."""

from dataclasses import dataclass, replace

from ocpp.v16.enums import ChargePointErrorCode, ChargePointStatus


@dataclass(frozen=True, slots=True)
class Connector:
    """The facts about a connector; number 0 is the charge point as a whole.

    The status is never stored: it is read off the facts, so that no sequence of events can leave the two at odds.
    `id_tag` is a tag shown here and not used up by a transaction yet, `authorized` whether it may charge.
    `reservation_id` is what the connector is kept for, `claim` what the tag shown here will use up.
    `energized` tells whether the outlet is switched on: a transaction waits for its StartTransaction.conf.
    `offering` is false while charging profiles let no power flow.
    """

    connector_id: int
    plugged: bool = False
    id_tag: str | None = None
    authorized: bool = False
    in_transaction: bool = False
    energized: bool = False
    car_paused: bool = False
    offering: bool = True
    ended: bool = False
    operative: bool = True
    error_code: ChargePointErrorCode = ChargePointErrorCode.no_error
    reservation_id: int | None = None
    claim: int | None = None

    @property
    def status(self) -> ChargePointStatus:
        if self.error_code != ChargePointErrorCode.no_error:
            return ChargePointStatus.faulted
        if self.in_transaction and self.energized:
            if not self.offering:
                return ChargePointStatus.suspended_evse
            return ChargePointStatus.suspended_ev if self.car_paused else ChargePointStatus.charging
        if not self.operative and not self.in_transaction:
            return ChargePointStatus.unavailable
        if self.reservation_id is not None and not self.authorized and not self.in_transaction:
            return ChargePointStatus.reserved
        if self.ended and self.plugged:
            return ChargePointStatus.finishing
        if self.plugged or self.authorized:
            return ChargePointStatus.preparing
        return ChargePointStatus.available

    @property
    def takes_a_tag(self) -> bool:
        """Whether somebody may begin here: nobody else has, and nothing is wrong with it."""
        return (
            not self.in_transaction
            and self.id_tag is None
            and self.operative
            and self.error_code == ChargePointErrorCode.no_error
        )

    def present(self, id_tag: str, claim: int | None = None) -> "Connector":
        return replace(self, id_tag=id_tag, authorized=False, claim=claim)

    def authorize(self, claim: int | None = None) -> "Connector":
        return replace(self, authorized=True, ended=False, claim=claim)

    def forget_tag(self) -> "Connector":
        return replace(self, id_tag=None, authorized=False, claim=None)

    def plug(self) -> "Connector":
        return replace(self, plugged=True, ended=False)

    def unplug(self) -> "Connector":
        return replace(self, plugged=False, ended=False)

    def begin(self) -> "Connector":
        began = replace(self.forget_tag(), in_transaction=True)
        return replace(began, energized=False, car_paused=False)

    def energize(self) -> "Connector":
        return replace(self, energized=True)

    def pause(self) -> "Connector":
        return replace(self, car_paused=True)

    def offer(self, some: bool) -> "Connector":
        return replace(self, offering=some)

    def end(self) -> "Connector":
        return replace(self, in_transaction=False, energized=False, car_paused=False, ended=self.plugged)

    def fault(self, error_code: ChargePointErrorCode) -> "Connector":
        return replace(self, error_code=error_code)

    def clear(self) -> "Connector":
        return replace(self, error_code=ChargePointErrorCode.no_error)

    def keep_for(self, reservation_id: int | None) -> "Connector":
        return replace(self, reservation_id=reservation_id)

    def make_operative(self, operative: bool) -> "Connector":
        return replace(self, operative=operative)
