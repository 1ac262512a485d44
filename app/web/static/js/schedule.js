"use strict";

// Limits over time as steps: drawn from `data-steps`, or from the form of a schedule while somebody writes it.

function clock(seconds) {
  return `${Math.floor(seconds / HOUR)}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}`;
}

function draw(element, { at, limits, unit, clock: isClock }) {
  charts.get(element)?.destroy();
  if (at.length < 2) return;
  const line = lines();
  const hours = [1, 2, 3, 4, 6, 12, 24, 48].map((each) => each * HOUR);
  const x = isClock ? times() : { ...line, incrs: [600, 1800, ...hours], values: (_chart, marks) => marks.map(clock) };
  charts.set(element, new uPlot({
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: Boolean(isClock) }, y: { range: (_chart, _least, most) => [0, Math.max(1, most * 1.15)] } },
    axes: [x, { ...line, size: 64, values: (_chart, marks) => marks.map((mark) => `${NUMBER.format(mark)} ${unit}`) }],
    series: [{}, {
      stroke: colour("--accent"), fill: colour("--accent-soft"), width: 2, points: { show: false },
      paths: uPlot.paths.stepped({ align: 1 }),
    }],
  }, [at, limits], element));
}

function seconds(text) {
  const found = /^(\d{1,4}):([0-5]\d)$/.exec(text.trim());
  return found ? found[1] * HOUR + found[2] * 60 : null;
}

function stepsOf(form) {
  const value = (name) => form.elements[name]?.value ?? "";
  const periods = [...form.querySelectorAll("[data-row]")].map((row) => ({
    from: seconds(row.querySelector("[name$='.start_period']").value),
    limit: Number.parseFloat(row.querySelector("[name$='.limit']").value),
  })).filter(({ from, limit }) => from !== null && Number.isFinite(limit)).sort((one, other) => one.from - other.from);
  if (!periods.length) return { at: [], limits: [], unit: "" };
  const again = { Daily: 24 * HOUR, Weekly: 168 * HOUR }[value("recurrency")];
  const last = periods.at(-1);
  const end = seconds(value("duration")) ?? again ?? last.from + HOUR;
  const at = [...periods.map(({ from }) => from), Math.max(end, last.from + 60)];
  return { at, limits: [...periods.map(({ limit }) => limit), last.limit], unit: value("unit") };
}

function drawAll() {
  for (const element of document.querySelectorAll("[data-steps]")) draw(element, JSON.parse(element.dataset.steps));
  for (const element of document.querySelectorAll("[data-steps-of]")) {
    draw(element, stepsOf(document.querySelector(`form.${element.dataset.stepsOf}`)));
  }
}

for (const event of ["input", "rows"]) {
  document.addEventListener(event, ({ target }) => { if (target.closest("form.schedule")) drawAll(); });
}
keepDrawn(drawAll);
