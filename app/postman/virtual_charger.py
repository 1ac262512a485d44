"""The folder that drives a virtual charger: plug in, lose the network, stop late, unplug, and what the driver sees."""

from app.postman.charge_a_car import ENDED
from app.postman.scripts import LOG_IN_FIRST, PAUSE, follow
from app.postman.shapes import Item, Request, folder

HOST = "virtual_charger_url"
AT_THE_CONNECTOR = '{\n  "charge_point_id": "{{charge_point_id}}",\n  "connector_id": {{connector_id}}\n}'
SKIPPED_WITHOUT_ONE = """
if (!pm.variables.get('virtual_charger_url')) {
  console.log('skipped: start a virtual charger with --control PORT and enter virtual_charger_url');
  pm.execution.skipRequest();
}
"""


def virtual_charger() -> Item:
    """Return the folder; all of it is skipped while `virtual_charger_url` is empty."""
    return folder(
        "Drive a virtual charger",
        "What happens at the charger, and what the driver's app sees of it. Needs a virtual charger that was started "
        "with `--control PORT`, as `make demo` does, and `virtual_charger_url` to be where that is.",
        [step.item() for step in (*_plug_in(), *_charge(), *_stop_late())],
        before=SKIPPED_WITHOUT_ONE + LOG_IN_FIRST,
    )


def _act(name: str, command: str, body: str = AT_THE_CONNECTOR, description: str = "", also: int = 200) -> Request:
    return Request(
        name=name,
        method="POST",
        path=f"/{command}",
        host=HOST,
        description=description,
        token=None,
        body=body,
        after=f"pm.test('done', () => pm.expect(pm.response.code, pm.response.text()).to.be.oneOf([200, {also}]));",
    )


def _plug_in() -> tuple[Request, ...]:
    return (
        Request(
            name="Look at the virtual chargers",
            method="GET",
            path="/",
            host=HOST,
            token=None,
            after="""
            pm.test('there they are', () => pm.response.to.have.status(200));
            const ids = pm.response.json().charge_points.map((one) => one.charge_point_id);
            pm.test('this one among them', () => pm.expect(ids).to.include(pm.variables.get('charge_point_id')));
            """,
        ),
        _act("Plug in", "plug", description="409: a car is plugged in already.", also=409),
    )


def _charge() -> tuple[Request, ...]:
    return (
        Request(
            name="Start charging",
            method="POST",
            path="/api/start_charging",
            body='{\n  "evse_id": "{{charge_point_id}}",\n  "connector_id": {{connector_id}}\n}',
            after="""
            pm.test('accepted', () => {
              pm.expect(pm.response.code, pm.response.text()).to.equal(200);
              pm.expect(pm.response.json().status).to.equal('Accepted');
            });
            pm.environment.set('session_id', pm.response.json().session_id);
            """,
        ),
        _follow("Follow the session until it charges", "session.state === 'charging'", "it charges"),
        _act(
            "Lose the network",
            "offline",
            '{\n  "charge_point_id": "{{charge_point_id}}",\n  "seconds": 2\n}',
            "The charger goes on charging, keeps what it has to tell, and comes back by itself.",
        ),
        Request(
            name="Wait for the charger to be back",
            method="GET",
            path="/api/charge_points/{charge_point_id}",
            before=PAUSE,
            after=follow("point", there="point.online === true", verdict="it is online again"),
        ),
    )


def _stop_late() -> tuple[Request, ...]:
    return (
        _act("Stop, and tell nobody", "late-stop", description="The charger keeps its StopTransaction back."),
        _act("Tell the stop, late", "release", '{\n  "charge_point_id": "{{charge_point_id}}"\n}'),
        _follow("Follow the session until it is completed", "session.state === 'completed'", "it is completed"),
        Request(
            name="The receipt goes by what came late",
            method="GET",
            path="/api/sessions/{session_id}/receipt",
            after="""
            pm.test('a receipt', () => pm.response.to.have.status(200));
            const receipt = pm.response.json();
            pm.test('final, and by the meter', () => {
              pm.expect(receipt.provisional).to.equal(false);
              pm.expect(receipt.energy_source).to.equal('meter');
            });
            """,
        ),
        _act("Unplug", "unplug", description="409: the car has left already.", also=409),
    )


def _follow(name: str, there: str, verdict: str) -> Request:
    return Request(
        name=name,
        method="GET",
        path="/api/sessions/{session_id}",
        before=PAUSE,
        after=follow("session", there=there, over=ENDED, verdict=verdict),
    )
