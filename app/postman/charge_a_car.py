"""The folder that shows an app's whole flow: sign up, find a charger, start, follow, stop, receipt, log out."""

from app.postman.account_steps import come_in, go_out
from app.postman.scripts import PAUSE, follow
from app.postman.shapes import Item, Request, folder

ENDED = "['completed', 'rejected', 'failed', 'expired'].includes(session.state)"


def charge_a_car() -> Item:
    """Return the folder."""
    return folder(
        "Charge a car",
        "What an app does, in this order. Needs the charge point `charge_point_id` online with a connector "
        "`connector_id` that is free; plug in when the session says `waiting_for_vehicle`.",
        [step.item() for step in (*come_in(), *_charge(), *_end(), *go_out())],
    )


def _charge() -> tuple[Request, ...]:
    return (
        Request(
            name="List the charge points",
            method="GET",
            path="/api/charge_points",
            query=({"key": "limit", "value": "500"},),
            after="""
            pm.test('a list', () => pm.response.to.have.status(200));
            const { items, next } = pm.response.json();
            pm.test('of charge points with their connectors', () => {
              pm.expect(items).to.be.an('array').that.is.not.empty;
              items.forEach((one) => {
                pm.expect(one.id).to.be.a('string').that.is.not.empty;
                pm.expect(one.online).to.be.a('boolean');
                one.connectors.forEach((connector) => pm.expect(connector).to.include.keys('connector_id', 'status'));
              });
            });
            pm.test('and where the next page begins, if there is one', () => pm.expect(next).to.satisfy(
              (cursor) => cursor === null || typeof cursor === 'string',
            ));
            """,
        ),
        Request(
            name="Wait for the charge point to be online",
            method="GET",
            path="/api/charge_points/{charge_point_id}",
            description="Sent again by itself, in a run, until the charger is connected and has told of its connector.",
            before=PAUSE,
            after=follow(
                "point",
                there="point.online === true && point.connectors.some("
                "(one) => one.connector_id === Number(pm.variables.get('connector_id')))",
                verdict="it is online and has this connector",
            ),
        ),
        Request(
            name="Start charging",
            method="POST",
            path="/api/start_charging",
            description="`status` is the charger's own word. Sent again with the same `Idempotency-Key`, the first "
            "answer comes again and nothing else happens.",
            headers=({"key": "Idempotency-Key", "value": "{{$guid}}"},),
            body='{\n  "evse_id": "{{charge_point_id}}",\n  "connector_id": {{connector_id}}\n}',
            after="""
            const started = pm.response.json();
            pm.test('the charge point accepted', () => {
              pm.expect(pm.response.code, pm.response.text()).to.equal(200);
              pm.expect(started.status, started.hint).to.equal('Accepted');
            });
            pm.test('there is a session to follow', () => pm.expect(started.session_id).to.match(/^\\w+$/));
            pm.environment.set('session_id', started.session_id);
            """,
        ),
        Request(
            name="Follow the session until it charges",
            method="GET",
            path="/api/sessions/{session_id}",
            description="`state` goes requested, accepted, waiting_for_vehicle (plug in!), charging. Sent again by "
            "itself, in a run, until energy flows.",
            before=PAUSE,
            after=follow(
                "session",
                there="session.state === 'charging' && session.energy_wh > 0",
                over=ENDED,
                verdict="it charges and energy flows",
            )
            + """
            pm.test('it is this session', () => {
              pm.expect(session.session_id).to.equal(pm.variables.get('session_id'));
              pm.expect(session.charge_point_id).to.equal(pm.variables.get('charge_point_id'));
              pm.expect(session.idTag).to.equal(pm.variables.get('idTag'));
            });
            if (session.transaction_id) {
              pm.environment.set('transaction_id', session.transaction_id);
            }
            """,
        ),
        Request(
            name="Read the meter values",
            method="GET",
            path="/api/sessions/{session_id}/meter_values",
            after="""
            pm.test('a series', () => pm.response.to.have.status(200));
            const { items } = pm.response.json();
            pm.test('with times, oldest first', () => {
              pm.expect(items).to.be.an('array').that.is.not.empty;
              const times = items.map((value) => Date.parse(value.at));
              pm.expect(times).to.deep.equal([...times].sort((a, b) => a - b));
            });
            """,
        ),
    )


def _end() -> tuple[Request, ...]:
    return (
        Request(
            name="Stop charging",
            method="POST",
            path="/api/stop_charging",
            description="By `session_id`, or by `evse_id` and `connector_id`. 409 with `stop_remembered` says that the "
            "charge point is away, and is asked to stop as soon as it is back.",
            body='{\n  "session_id": "{{session_id}}"\n}',
            after="""
            pm.test('the charge point accepted', () => {
              pm.expect(pm.response.code, pm.response.text()).to.equal(200);
              pm.expect(pm.response.json().status).to.equal('Accepted');
              pm.expect(pm.response.json().session_id).to.equal(pm.variables.get('session_id'));
            });
            """,
        ),
        Request(
            name="Follow the session until it is completed",
            method="GET",
            path="/api/sessions/{session_id}",
            before=PAUSE,
            after=follow(
                "session",
                there="session.state === 'completed'",
                over="['rejected', 'failed', 'expired'].includes(session.state)",
                verdict="it is completed",
            ),
        ),
        Request(
            name="Get the receipt",
            method="GET",
            path="/api/sessions/{session_id}/receipt",
            after="""
            pm.test('a receipt', () => pm.response.to.have.status(200));
            const receipt = pm.response.json();
            pm.test('of this session, by the meter', () => {
              pm.expect(receipt.session_id).to.equal(pm.variables.get('session_id'));
              pm.expect(receipt.energy_source).to.equal('meter');
              pm.expect(receipt.energy_wh).to.equal(receipt.meter_stop - receipt.meter_start).and.to.be.above(0);
              pm.expect(Date.parse(receipt.stopped_at)).to.be.least(Date.parse(receipt.started_at));
            });
            """,
        ),
    )
