"""The folder that an operator runs once: log in, and add the charge point if there is none."""

from app.postman.shapes import Item, Request, folder

TOKEN = "root_access_token"
SKIPPED_WITHOUT_OPERATOR = """
if (!pm.variables.get('root_password')) {
  console.log('skipped: enter root_username and root_password in the environment to set up as an operator');
  pm.execution.skipRequest();
}
"""


def set_up() -> Item:
    """Return the folder; all of it is skipped while `root_password` is empty."""
    steps = (
        Request(
            name="Log in as the operator",
            method="POST",
            path="/api/login",
            token=None,
            body='{\n  "username": "{{root_username}}",\n  "password": "{{root_password}}"\n}',
            after="""
            pm.test('logged in', () => pm.response.to.have.status(200));
            const { access_token, role } = pm.response.json();
            pm.test('may add charge points', () => pm.expect(role).to.be.oneOf(['admin', 'root']));
            pm.environment.set('root_access_token', access_token);
            """,
        ),
        Request(
            name="Is the charge point there?",
            method="GET",
            path="/api/charge_points/{charge_point_id}",
            token=TOKEN,
            after="""
            pm.test('there or not there', () => pm.expect(pm.response.code).to.be.oneOf([200, 404]));
            pm.variables.set('charge_point_is_there', pm.response.code === 200);
            """,
        ),
        Request(
            name="Add the charge point",
            method="POST",
            path="/api/charge_points",
            description="Skipped when it is there. The answer says what to enter in the charge point: `url` and "
            "`password`. Set `charge_point_password` beforehand (16 to 40 characters) to choose it.",
            token=TOKEN,
            body='{\n  "id": "{{charge_point_id}}",\n  "password": "{{charge_point_password}}",\n'
            '  "name": "Postman\'s charger",\n  "place": "Car park, level 1"\n}',
            before="""
            if (pm.variables.get('charge_point_is_there')) {
              pm.execution.skipRequest();
            } else if (!pm.variables.get('charge_point_password')) {
              pm.environment.set('charge_point_password', pm.variables.replaceIn('{{$guid}}'));
            }
            """,
            after="""
            pm.test('added', () => pm.response.to.have.status(201));
            const added = pm.response.json();
            pm.test('it is the one', () => pm.expect(added.id).to.equal(pm.variables.get('charge_point_id')));
            pm.test('it says how to connect', () => {
              pm.expect(added.url).to.match(/^wss?:/);
              pm.expect(added.password).to.equal(pm.variables.get('charge_point_password'));
            });
            console.log(`enter in the charge point: ${added.url}, password: the variable charge_point_password`);
            """,
        ),
    )
    return folder(
        "Set up",
        "For an operator, once: `root_username` and `root_password` log in, the charge point `charge_point_id` is "
        "added if there is none, and so are a staff and an admin account to try their requests with.",
        [step.item() for step in (*steps, _account("staff"), _account("admin"))],
        before=SKIPPED_WITHOUT_OPERATOR,
    )


def _account(role: str) -> Request:
    return Request(
        name=f"Add an account with the role {role}",
        method="POST",
        path="/api/users",
        description=f"Skipped when `{role}_username` and `{role}_password` are given.",
        token=TOKEN,
        body=f'{{\n  "username": "{{{{{role}_username}}}}",\n  "password": "{{{{{role}_password}}}}",\n'
        f'  "role": "{role}"\n}}',
        before=f"""
        if (pm.variables.get('{role}_username') && pm.variables.get('{role}_password')) {{
          pm.execution.skipRequest();
        }} else {{
          pm.environment.set('{role}_username', `{role}-${{pm.variables.replaceIn('{{{{$guid}}}}')}}`);
          pm.environment.set('{role}_password', pm.variables.replaceIn('{{{{$guid}}}}'));
        }}
        """,
        after="pm.test('added', () => pm.response.to.have.status(201));",
    )
