"""What the commands about local lists tell, also those that an operator sends by hand."""

from ocpp.v16.enums import UpdateStatus

from app.answered import Answered
from app.domain.local_lists import NOT_SUPPORTED, ListState
from app.domain.numbers import integer
from app.storage.database import Storage

HIGHEST_TOLD = 2**53


def learn_list_version(storage: Storage, told: Answered) -> None:
    """Keep the version that a charge point tells."""
    version = integer(told.response.get("listVersion"), NOT_SUPPORTED, HIGHEST_TOLD)
    if version is not None:
        storage.local_lists.reported(told.charge_point_id, version)


def learn_sent_list(storage: Storage, told: Answered) -> None:
    """Note that a charge point has accepted a list that an operator sent: what it holds is not what we know of."""
    known = storage.local_lists.get(told.charge_point_id)
    version = int(told.request["listVersion"])
    ours = known is not None and known.reserved_from is not None and known.reserved_from <= version <= known.version
    if ours or told.response.get("status") != UpdateStatus.accepted:
        return
    storage.local_list_contents.delete(told.charge_point_id)
    storage.local_lists.reported(told.charge_point_id, version)
    if known is not None and known.state is not ListState.UNMANAGED:
        replaced = {"state": ListState.PENDING, "reason": "a list was sent by hand"}
        storage.local_lists.update(told.charge_point_id, replaced)
