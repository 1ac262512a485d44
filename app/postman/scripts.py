"""JavaScript that requests share."""

from collections.abc import Sequence

# After every request of the collection: what all answers have in common.
EVERY_ANSWER = """
const type = (pm.response.headers.get('Content-Type') || '').split(';')[0];
const ours = pm.request.url.toString().startsWith(pm.variables.get('base_url'));
if (ours) {
  pm.test('the answer has a request id', () => pm.expect(pm.response.headers.get('X-Request-ID')).to.match(/^\\w+$/));
}
if (ours && pm.response.code >= 400) {
  pm.test('the error is a problem document', () => {
    pm.expect(type).to.equal('application/problem+json');
    const problem = pm.response.json();
    pm.expect(problem).to.include.keys('type', 'code', 'detail', 'request_id');
    pm.expect(problem.status).to.equal(pm.response.code);
  });
} else if (pm.response.code === 204) {
  pm.test('nothing is in the body', () => pm.expect(pm.response.text()).to.equal(''));
} else {
  const wanted = pm.request.headers.get('Accept');
  pm.test(`the answer is ${wanted}`, () => pm.expect(type).to.equal(wanted));
}
"""

# Before each of every operation: have a token of the account that its authorization names, and an account for trying.
LOG_IN_FIRST = """
const get = (name) => pm.variables.get(name) || '';
const bearer = pm.request.auth && pm.request.auth.parameters().get('token') || '';
const signsUp = pm.request.url.getPath() === '/api/signup';
const who = signsUp ? 'account_' : (/(\\w*)access_token/.exec(bearer) || [])[1];
const decode = require('atob');
const lasts = (token) => {
  const claims = token.split('.')[1];
  return claims && JSON.parse(decode(claims.replace(/-/g, '+').replace(/_/g, '/'))).exp > Date.now() / 1000 + 30;
};
const begin = (path) => pm.sendRequest({
  url: get('base_url') + path,
  method: 'POST',
  header: { 'Content-Type': 'application/json' },
  body: { mode: 'raw', raw: JSON.stringify({ username: get(`${who}username`), password: get(`${who}password`) }) },
}, (error, answer) => {
  if (error || answer.code >= 300) {
    console.warn(`${path} as ${get(`${who}username`)}: ${error || answer.text()}`);
    return;
  }
  const told = answer.json();
  pm.environment.set(`${who}access_token`, told.access_token);
  pm.environment.set(`${who}refresh_token`, told.refresh_token);
  pm.environment.set(`${who}idTag`, told.idTag);
});
const fresh = who === 'account_' && (signsUp || !get('account_username'));
if (fresh) {
  pm.environment.set('account_username', `postman-${pm.variables.replaceIn('{{$guid}}')}`);
  pm.environment.set('account_password', pm.variables.replaceIn('{{$guid}}'));
}
if (['admin_', 'root_', 'staff_'].includes(who) && !get(`${who}password`)) {
  console.log(`skipped: enter ${who}username and ${who}password in the environment, or run "Set up" as root`);
  pm.execution.skipRequest();
} else if (who !== undefined && !signsUp && !lasts(get(`${who}access_token`))) {
  begin(fresh ? '/api/signup' : '/api/login');
}
"""

# After each of every operation: what later requests name is remembered.
# `%s` are JSON: the path of what can be made → the parameter that names it; the names worth remembering.
REMEMBER = """
const CREATED = %s;
const REMEMBERED = %s;
const { code } = pm.response;
const told = /json/.test(pm.response.headers.get('Content-Type')) ? pm.response.json() : {};
if ([502, 504].includes(code)) {
  pm.test('the record of the command is named', () => pm.expect(told.command_id).to.match(/^\\w+$/));
}
const path = pm.request.url.getPath();
if (code === 201 && CREATED[path]) {
  pm.environment.set(`new_${CREATED[path]}`, told[CREATED[path]] || told.id);
}
const first = Array.isArray(told.items) && told.items[0] || told;
REMEMBERED.filter((name) => first[name] && code < 400).forEach((name) => pm.environment.set(name, first[name]));
if (told.access_token) {
  ['access_token', 'refresh_token', 'idTag'].forEach((name) => pm.environment.set(`account_${name}`, told[name]));
}
if (path === '/api/logout') {
  pm.environment.unset('account_access_token');
}
if (path === '/api/me' && pm.request.method === 'DELETE') {
  ['access_token', 'username'].forEach((name) => pm.environment.unset(`account_${name}`));
}
const polls = Number(pm.variables.get('polls') || 0);
if (told.code === 'session_not_started' && polls < 20) {
  pm.variables.set('polls', polls + 1);
  setTimeout(() => {}, Number(pm.variables.get('poll_ms')));
  pm.execution.setNextRequest(pm.info.requestId);
} else {
  pm.variables.set('polls', 0);
}
"""

# Before a RemoteStopTransaction: take the transaction that runs at the charge point, if there is one or soon will be.
TAKE_RUNNING_TRANSACTION = """
const get = (name) => pm.variables.get(name);
const look = (left) => pm.sendRequest({
  url: `${get('base_url')}/api/sessions?state=charging&limit=1&charge_point_id=${get('charge_point_id')}`,
  header: { Authorization: `Bearer ${get('staff_access_token')}` },
}, (error, answer) => {
  const [session] = !error && answer.code === 200 ? answer.json().items : [];
  if (session) {
    pm.environment.set('transaction_id', session.transaction_id);
  } else if (left > 0) {
    setTimeout(() => look(left - 1), Number(get('poll_ms')));
  }
});
look(5);
"""

POLLS = 90
PAUSE = """
if (Number(pm.variables.get('polls')) > 0) {
  setTimeout(() => {}, Number(pm.variables.get('poll_ms')));
}
"""
_FOLLOW = """
const { code } = pm.response;
const %(it)s = code === 200 ? pm.response.json() : {};
const polls = Number(pm.variables.get('polls') || 0) + 1;
const there = %(there)s;
if (code === 200 && !there && !(%(over)s) && polls < %(polls)d) {
  pm.variables.set('polls', polls);
  pm.execution.setNextRequest(pm.info.requestId);
  pm.test('it is not there yet: asked again', () => pm.response.to.have.status(200));
} else {
  pm.variables.set('polls', 0);
  pm.test('%(verdict)s', () => pm.expect(there, pm.response.text()).to.equal(true));
}
"""


def answers(statuses: Sequence[int]) -> str:
    """Return a test that the answer has one of the statuses."""
    *others, last = map(str, statuses)
    words = f"{', '.join(others)} or {last}" if others else last
    return f"""
pm.test('the status is {words}', () => pm.expect({list(statuses)}, pm.response.text()).to.include(pm.response.code));
"""


def follow(it: str, *, there: str, verdict: str, over: str = "false") -> str:
    """Return a test that sends its request again until `there`, `over` or out of patience; then it must be `there`.

    Both are JavaScript conditions about `it`, the answer's JSON. The request's script before should be `PAUSE`.
    """
    return _FOLLOW % {"it": it, "there": there, "over": over, "verdict": verdict, "polls": POLLS}
