"""How things look from outside: the JSON of sessions, charge points, tags and users."""

from dataclasses import asdict, replace
from typing import Any

import orjson

from app.api.context import services
from app.api.prices import cost_json, price_at, price_json
from app.domain.charge_points import ChargePoint
from app.domain.costs import cost
from app.domain.energy_confidence import confidence
from app.domain.id_tags import IdTag
from app.domain.reservations import Reservation
from app.domain.session_hints import OFFLINE, STOP_PENDING
from app.domain.sessions import RUNNING, Session, energy
from app.domain.times import iso
from app.storage.commands import CommandRecord
from app.storage.meter_values import MeterValue
from app.storage.newcomers import Newcomer
from app.storage.records import Event, Quarantined
from app.storage.refusals import Refusal
from app.storage.users import User


def _tidy(pairs: dict[str, Any]) -> dict[str, Any]:
    """Write times as text and leave out what is not known."""
    return {k: iso(v) if hasattr(v, "isoformat") else v for k, v in pairs.items() if v is not None}


def session_json(session: Session) -> dict[str, Any]:
    drawn = energy(session)
    running = session.state in RUNNING and session.reason_code != STOP_PENDING.code
    if running and not services.commands.connected(session.charge_point_id):
        session = replace(session, **OFFLINE.told())
    return _tidy(
        {
            "session_id": session.session_id,
            "charge_point_id": session.charge_point_id,
            "connector_id": session.connector_id,
            "idTag": session.id_tag,
            "username": session.username,
            "vehicle_id": session.vehicle_id,
            "transaction_id": session.transaction_id,
            "state": session.state.value,
            "reason": session.reason,
            "reason_code": session.reason_code,
            "hint": session.hint,
            "stop_reason": session.stop_reason,
            "stop_at": _tidy(asdict(session.stop_at)) if session.stop_at else None,
            "stopped_by": session.stopped_by,
            "requested_at": session.requested_at,
            "deadline_at": session.deadline_at,
            "started_at": session.started_at,
            "stopped_at": session.stopped_at,
            "meter_start": session.meter_start,
            "meter_stop": session.meter_stop,
            "energy_wh": drawn.wh,
            "energy_source": drawn.source,
            "energy_confidence": confidence(session, drawn),
            "power_w": round(session.power_w) if session.power_w is not None else None,
            "soc": round(session.soc) if session.soc is not None else None,
            "metered_at": session.metered_at,
            "price": price_json(session.tariff) if session.tariff else None,
            "cost": cost_json(cost(session, services.now())),
            "version": session.version,
        }
    )


_RESERVATION = (
    "reservation_id charge_point_id connector_id parent_id_tag username reason hint reserve_status cancel_status "
    "session_id command_id requested_by requested_at expires_at ended_at version"
)


def reservation_json(reservation: Reservation) -> dict[str, Any]:
    shown = {name: getattr(reservation, name) for name in _RESERVATION.split()}
    return _tidy({**shown, "idTag": reservation.id_tag, "state": reservation.state.value})


def meter_value_json(value: MeterValue) -> dict[str, Any]:
    names = ("at", "energy_wh", "power_w", "current_a", "voltage_v", "soc", "sampled")
    return _tidy({name: getattr(value, name) for name in names})


def receipt_json(session: Session, charge_point: ChargePoint | None) -> dict[str, Any]:
    drawn = energy(session)
    minutes = None
    if session.started_at and session.stopped_at:
        minutes = round((session.stopped_at - session.started_at).total_seconds() / 60, 1)
    return _tidy(
        {
            "session_id": session.session_id,
            "charge_point_id": session.charge_point_id,
            "connector_id": session.connector_id,
            "name": charge_point.name if charge_point else None,
            "place": charge_point.place if charge_point else None,
            "idTag": session.id_tag,
            "username": session.username,
            "vehicle_id": session.vehicle_id,
            "started_at": session.started_at,
            "stopped_at": session.stopped_at,
            "minutes": minutes,
            "meter_start": session.meter_start,
            "meter_stop": session.meter_stop,
            "energy_wh": drawn.wh,
            "energy_source": drawn.source,
            "energy_confidence": confidence(session, drawn),
            "stop_reason": session.stop_reason,
            "provisional": session.provisional_end,
            "price": price_json(session.tariff) if session.tariff else None,
            "cost": cost_json(cost(session, services.now())),
        }
    )


def charge_point_for_drivers(charge_point: ChargePoint) -> dict[str, Any]:
    online = services.commands.connected(charge_point.charge_point_id)
    shared = {"online": online, "price": price_at(charge_point)}
    return _tidy(
        {
            "id": charge_point.charge_point_id,
            "name": charge_point.name,
            "place": charge_point.place,
            "online": online,
            "connectors": [
                _tidy({"connector_id": c.connector_id, "status": c.status, "status_at": c.status_at, **shared})
                for c in _connectors(charge_point)
                if c.connector_id > 0
            ],
        }
    )


def charge_point_for_staff(charge_point: ChargePoint) -> dict[str, Any]:
    return charge_point_for_drivers(charge_point) | _tidy(
        {
            "tariff_id": charge_point.tariff_id,
            "security_profile": charge_point.security_profile,
            "pending_security_profile": max(charge_point.pending_profiles.values(), default=None),
            "pending_password": bool(charge_point.pending_keys) or None,
            "registration": charge_point.registration.value,
            "vendor": charge_point.vendor,
            "model": charge_point.model,
            "serial_number": charge_point.serial_number,
            "firmware_version": charge_point.firmware_version,
            "firmware_status": charge_point.firmware_status,
            "diagnostics_status": charge_point.diagnostics_status,
            "booted_at": charge_point.booted_at,
            "last_seen_at": charge_point.last_seen_at,
            "created_at": charge_point.created_at,
            "connectors": [
                _tidy(
                    {
                        "connector_id": c.connector_id,
                        "status": c.status,
                        "price": price_at(charge_point) if c.connector_id > 0 else None,
                        "error_code": c.error_code,
                        "status_at": c.status_at,
                        "info": c.info,
                        "vendor_error_code": c.vendor_error_code,
                    }
                )
                for c in _connectors(charge_point)
            ],
        }
    )


def _connectors(charge_point: ChargePoint) -> list[Any]:
    return sorted(charge_point.connectors.values(), key=lambda c: c.connector_id)


def id_tag_json(tag: IdTag) -> dict[str, Any]:
    return _tidy(
        {
            "idTag": tag.id_tag,
            "kind": tag.kind.value,
            "status": tag.status.value,
            "expiry_date": tag.expiry_date,
            "parent_id_tag": tag.parent_id_tag,
            "concurrent_limit": tag.concurrent_limit,
            "label": tag.label,
            "username": tag.username,
            "vehicle_id": tag.vehicle_id,
            "created_at": tag.created_at,
            "last_used_at": tag.last_used_at,
        }
    )


def user_json(user: User) -> dict[str, Any]:
    return _tidy(
        {
            "username": user.username,
            "role": user.role.value,
            "idTag": user.id_tag,
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "disabled": user.disabled,
            "created_at": user.created_at,
        }
    )


def command_json(record: CommandRecord) -> dict[str, Any]:
    return _tidy(
        {
            "command_id": record.command_id,
            "charge_point_id": record.charge_point_id,
            "action": record.action,
            "payload": orjson.loads(record.payload),
            "requested_by": record.requested_by,
            "requested_at": record.requested_at,
            "outcome": record.outcome,
            "status": record.status,
            "response": orjson.loads(record.response) if record.response else None,
            "error": record.error,
            "finished_at": record.finished_at,
            "batch_id": record.batch_id,
        }
    )


def event_json(event: Event) -> dict[str, Any]:
    facts = {"kind": event.kind, "at": event.at, "charge_point_id": event.charge_point_id, **event.detail}
    return _tidy({**facts, "critical": event.critical})


def refusal_json(refusal: Refusal, similar: list[str]) -> dict[str, Any]:
    """Show a refusal; `similar` are the known ids that an unknown one is like."""
    names = ("charge_point_id", "remote_address", "kind", "status", "close_code", "reason", "subprotocols", "username")
    shown = _tidy({name: getattr(refusal, name) for name in (*names, "secure", "count", "first_at", "last_at")})
    if not similar:
        return shown
    there_is = f"{' and '.join(map(repr, similar))} {'exists' if len(similar) == 1 else 'exist'}"
    return shown | {"reason": f"{refusal.reason}, {there_is}", "did_you_mean": similar}


def quarantined_json(one: Quarantined) -> dict[str, Any]:
    names = ("charge_point_id", "action", "reasons", "session_id", "received_at")
    settlement = _tidy(asdict(one.settlement)) if one.settlement else None
    shown = {"id": one.quarantine_id, **{name: getattr(one, name) for name in names}, "settlement": settlement}
    return _tidy(shown) | {"payload": orjson.loads(one.payload)}


_NEWCOMER = (
    "remote_address",
    "reason",
    "subprotocols",
    "username",
    "secure",
    "ignored",
    "first_at",
    "last_at",
    "count",
)
_SELF = ("vendor", "model", "serial_number", "firmware_version")


def newcomer_json(newcomer: Newcomer, waiting: ChargePoint | None) -> dict[str, Any]:
    return _tidy({"id": newcomer.charge_point_id} | {name: getattr(newcomer, name) for name in _NEWCOMER + _SELF}) | {
        "waiting": waiting is not None,
        "online": services.commands.connected(newcomer.charge_point_id),
    }
