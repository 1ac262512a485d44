"use strict";

// What charts have in common: colours of the page, times and numbers in its language, and when they are drawn anew.
const SECOND = 1, MINUTE = 60, HOUR = 3600, DAY = 24 * HOUR;
const LANGUAGE = `${document.documentElement.lang}-u-ca-gregory`;
const WRITTEN = {
  seconds: new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "medium" }),
  minutes: new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "short" }),
  days: new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short" }),
  whole: new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "medium" }),
};
const NUMBER = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });
const RESTED = 150;

// What is drawn, by the element it is in.
const charts = new Map();

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function lines() {
  const values = (_chart, marks) => marks.map((mark) => NUMBER.format(mark));
  return { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, values };
}

function times() {
  return {
    ...lines(),
    space: 70,
    incrs: [1, 2, 5, 10, 15, 30].flatMap((each) => [each * SECOND, each * MINUTE])
      .concat([1, 2, 3, 6, 12].map((each) => each * HOUR), [1, 2, 7, 30].map((each) => each * DAY))
      .sort((one, other) => one - other),
    values: (_chart, marks, _axis, _space, step) => {
      const written = WRITTEN[step < MINUTE ? "seconds" : step < DAY ? "minutes" : "days"];
      return marks.map((mark) => written.format(mark * 1000));
    },
  };
}

function moment(_chart, at) {
  return at === null ? "–" : WRITTEN.whole.format(at * 1000);
}

function amount(_chart, value) {
  return value === null ? "–" : NUMBER.format(value);
}

// A phone's window changes its height whenever the browser's bars come and go: it is the width that charts go by.
function keepDrawn(drawAll) {
  let width = window.innerWidth, due = 0;
  document.querySelector("[data-theme-switch]")?.addEventListener("click", drawAll);
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(due);
    due = setTimeout(drawAll, RESTED);
  });
  drawAll();
}
