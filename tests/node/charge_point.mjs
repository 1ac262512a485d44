// A charge point made with ocpp-rpc, an implementation of OCPP-J that shares no code with the server under test.
//
// One JSON object a line. Orders come in on stdin: {"do": "connect" | "call" | "close", ...}. Each is answered on
// stdout by {"result": ...} or {"error": {"name", "code", "message"}}; in between comes what happens: {"event": ...}.
// In strict mode ocpp-rpc checks every payload, both ways, against the OCPP schemas that it brings along.
import { createInterface } from 'node:readline';
import rpc from 'ocpp-rpc';

const [endpoint, identity] = process.argv.slice(2);
const CONNECTOR = 1;
const meter = { wh: 1000 };
let client;
let transactionId;

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const now = () => new Date().toISOString();
const status = (name) => client.call('StatusNotification', {
  connectorId: CONNECTOR, errorCode: 'NoError', status: name, timestamp: now(),
});

async function charge({ idTag }) {
  await client.call('Authorize', { idTag });
  await status('Preparing');
  const started = await client.call('StartTransaction', {
    connectorId: CONNECTOR, idTag, meterStart: meter.wh, timestamp: now(),
  });
  transactionId = started.transactionId;
  await status('Charging');
  meter.wh += 750;
  await client.call('MeterValues', {
    connectorId: CONNECTOR,
    transactionId,
    meterValue: [{
      timestamp: now(),
      sampledValue: [
        { value: String(meter.wh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
        { value: '7400.5', measurand: 'Power.Active.Import', unit: 'W' },
      ],
    }],
  });
  tell({ event: 'charging', transactionId });
}

async function stop() {
  meter.wh += 250;
  await client.call('StopTransaction', { transactionId, meterStop: meter.wh, timestamp: now(), reason: 'Remote' });
  await status('Finishing');
  await status('Available');
  tell({ event: 'stopped', transactionId });
}

// What follows an accepted request is done after its answer has gone out; what fails there is told, too.
function afterwards(work) {
  setImmediate(() => work().catch((error) => tell({ event: 'failed', name: error.name, message: error.message })));
}

function serve() {
  client.handle('RemoteStartTransaction', ({ params }) => {
    tell({ event: 'RemoteStartTransaction', params });
    afterwards(() => charge(params));
    return { status: 'Accepted' };
  });
  client.handle('RemoteStopTransaction', ({ params }) => {
    tell({ event: 'RemoteStopTransaction', params });
    const known = params.transactionId === transactionId;
    if (known) afterwards(stop);
    return { status: known ? 'Accepted' : 'Rejected' };
  });
  client.on('strictValidationFailure', ({ method, outbound, isCall, error }) => {
    tell({ event: 'strictValidationFailure', method, outbound, isCall, message: error.message });
  });
  client.on('badMessage', ({ error }) => tell({ event: 'badMessage', message: error.message }));
}

const ORDERS = {
  async connect({ password, strict }) {
    client = new rpc.RPCClient({
      endpoint, identity, password, protocols: ['ocpp1.6'], strictMode: strict, reconnect: false, callTimeoutMs: 10_000,
    });
    serve();
    await client.connect();
    return { protocol: client.protocol };
  },
  call: ({ action, payload }) => client.call(action, payload),
  close: () => client.close({ code: 1000 }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  try {
    tell({ result: await ORDERS[order.do](order) ?? null });
  } catch (error) {
    tell({ error: { name: error.constructor.name, code: error.rpcErrorCode ?? error.code, message: error.message } });
  }
}
await client?.close({ force: true });
