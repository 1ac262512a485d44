"""The steps of the flow that are about the account: sign up, log in, stay logged in, log out."""

from app.postman.shapes import Request

KEEP_TOKENS = """
const told = pm.response.json();
pm.test('there are two tokens and an idTag', () => {
  pm.expect(told.access_token).to.match(/^[^.]+\\.[^.]+\\.[^.]+$/);
  pm.expect(told.refresh_token).to.match(/^[^.]+\\.[^.]+\\.[^.]+$/);
  pm.expect(told.expires_in).to.be.above(0);
  pm.expect(told.idTag).to.match(/^[!-~]{1,20}$/);
  pm.expect(told.username).to.equal(pm.variables.get('username'));
});
['access_token', 'refresh_token', 'idTag'].forEach((name) => pm.environment.set(name, told[name]));
"""
CREDENTIALS = '{\n  "username": "{{username}}",\n  "password": "{{password}}"\n}'


def come_in() -> tuple[Request, ...]:
    """Return the steps from nobody to a driver with tokens."""
    return (
        Request(
            name="Sign up",
            method="POST",
            path="/api/signup",
            description="Makes a driver with a random name. Skipped when `username` and `password` are given.",
            token=None,
            body=CREDENTIALS,
            before="""
            if (pm.variables.get('username') && pm.variables.get('password')) {
              pm.execution.skipRequest();
            } else {
              pm.environment.set('username', `driver-${pm.variables.replaceIn('{{$guid}}')}`);
              pm.environment.set('password', pm.variables.replaceIn('{{$guid}}'));
            }
            """,
            after="pm.test('signed up', () => pm.response.to.have.status(201));" + KEEP_TOKENS,
        ),
        Request(
            name="Log in",
            method="POST",
            path="/api/login",
            description="`idTag` is what chargers know the driver by.",
            token=None,
            body=CREDENTIALS,
            after="pm.test('logged in', () => pm.response.to.have.status(200));" + KEEP_TOKENS,
        ),
        Request(
            name="Who am I?",
            method="GET",
            path="/api/me",
            after="""
            pm.test('me', () => pm.response.to.have.status(200));
            const me = pm.response.json();
            pm.test('the account of the tokens', () => {
              pm.expect(me.username).to.equal(pm.variables.get('username'));
              pm.expect(me.idTag).to.equal(pm.variables.get('idTag'));
              pm.expect(me.role).to.be.oneOf(['user', 'staff', 'admin', 'root']);
            });
            """,
        ),
        Request(
            name="Renew the tokens",
            method="POST",
            path="/api/refresh",
            description="Each refresh token is good once: keep the new pair.",
            token=None,
            body='{\n  "refresh_token": "{{refresh_token}}"\n}',
            after="pm.test('renewed', () => pm.response.to.have.status(200));" + KEEP_TOKENS,
        ),
    )


def go_out() -> tuple[Request, ...]:
    """Return the steps that end the login."""
    return (
        Request(
            name="Log out",
            method="POST",
            path="/api/logout",
            after="pm.test('logged out', () => pm.response.to.have.status(204));",
        ),
        Request(
            name="The tokens are dead",
            method="GET",
            path="/api/me",
            after="""
            pm.test('log in again', () => {
              pm.response.to.have.status(401);
              pm.expect(pm.response.json().code).to.equal('not_authenticated');
            });
            ['access_token', 'refresh_token'].forEach((name) => pm.environment.set(name, ''));
            """,
        ),
    )
