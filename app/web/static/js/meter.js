"use strict";

// The meter of a session as a chart: power as a surface, energy as a line, read from the API, and again whenever the
// session itself has been read anew.

async function read(address) {
  const values = [];
  let cursor = "";
  do {
    const answer = await fetch(`${address}?limit=5000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    if (!answer.ok) break;
    const page = await answer.json();
    values.push(...page.items);
    cursor = page.next;
  } while (cursor && values.length < 20000);
  return values.sort((one, other) => one.at.localeCompare(other.at));
}

function thousands(value) {
  return value === undefined ? null : value / 1000;
}

function draw(element, values) {
  charts.get(element)?.destroy();
  charts.delete(element);
  element.textContent = values.length ? "" : element.dataset.none;
  element.classList.toggle("bare", !values.length);
  if (!values.length) return;
  const line = lines();
  const from0 = (_chart, _least, most) => [0, Math.max(1, most * 1.1)];
  const first = values.find(({ energy_wh: wh }) => wh !== undefined)?.energy_wh;
  charts.set(element, new uPlot({
    width: element.clientWidth,
    height: 260,
    scales: { x: { range: (_chart, least, most) => [least, Math.max(most, least + MINUTE)] }, kW: { range: from0 }, kWh: { range: from0 } },
    axes: [times(), { ...line, scale: "kW", size: 52 }, { ...line, scale: "kWh", side: 1, size: 52, grid: { show: false } }],
    series: [
      { label: element.dataset.time, value: moment },
      { label: element.dataset.power, scale: "kW", stroke: colour("--accent"), fill: colour("--accent-soft"), width: 2, spanGaps: true, value: amount },
      { label: element.dataset.energy, scale: "kWh", stroke: colour("--busy"), width: 2, spanGaps: true, value: amount },
    ],
  }, [
    values.map(({ at }) => Date.parse(at) / 1000),
    values.map(({ power_w: watts }) => thousands(watts)),
    values.map(({ energy_wh: wh }) => (wh === undefined ? null : (wh - first) / 1000)),
  ], element));
}

async function drawAll() {
  for (const element of document.querySelectorAll("[data-meter]")) draw(element, await read(element.dataset.meter));
}

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "session") drawAll();
});
keepDrawn(drawAll);
