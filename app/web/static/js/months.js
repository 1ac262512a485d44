"use strict";

// Energy by the month as bars; the last one is the month at hand. What is said of each comes with it, in words: of the
// month that the page shows at first.
const MOST_LABELS = [1, 2, 3, 4, 6, 12];

function draw(element) {
  const months = JSON.parse(element.dataset.months);
  const last = months.length - 1;
  const shown = months.findIndex((month) => month.shown);
  const at = (place) => months[place + last];
  charts.get(element)?.destroy();
  charts.set(element, new uPlot({
    width: element.clientWidth,
    height: 240,
    scales: { x: { time: false, range: [-last - 0.6, 0.6] }, y: { range: (_chart, _least, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...lines(), grid: { show: false }, incrs: MOST_LABELS, space: 36, values: (_chart, places) => places.map((place) => at(place)?.short ?? "") },
      { ...lines(), size: 52 },
    ],
    series: [
      { label: element.dataset.month, value: (_chart, place) => (place === null ? "–" : at(place).month) },
      {
        label: element.dataset.energy, stroke: colour("--accent"), fill: colour("--accent"), points: { show: false },
        paths: uPlot.paths.bars({ size: [0.7, 44] }), value: (_chart, _kwh, _series, index) => (index === null ? "–" : months[index].said),
      },
    ],
    hooks: { ready: [(chart) => chart.setLegend({ idx: shown < 0 ? last : shown })] },
  }, [months.map((_month, index) => index - last), months.map(({ kwh }) => kwh)], element));
}

keepDrawn(() => {
  for (const element of document.querySelectorAll("[data-months]")) draw(element);
});
