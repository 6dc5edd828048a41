"use strict";
// The chart of the start page: growth of the economy, aimed at and achieved, in the year that most regions tell of.
(async function () {
  const b = window.baogao, place = document.getElementById("lead");
  if (!b.index().indicators.get("gdp")?.count) return;
  const points = b.rows((await b.load("indicator/gdp")).points).filter(point => point.statistic === "growth_rate");
  const counts = new Map();
  for (const point of points) if (point.modality === "actual") counts.set(point.year, (counts.get(point.year) || 0) + 1);
  const best = [...counts].sort((one, other) => other[1] - one[1] || other[0] - one[0])[0];
  if (!best) return;
  function draw() {
    const found = new Map();
    for (const point of points) if (point.year === best[0]) { if (!found.has(point.region)) found.set(point.region, { region: point.region, actual: null, target: null }); found.get(point.region)[point.modality] = point; }
    const rows = [...found.values()].filter(row => row.actual).sort((one, other) => other.actual.value - one.actual.value).slice(0, 20);
    place.hidden = false;
    place.querySelector("h2").replaceChildren(b.label(`${best[0]} 年经济增长：目标与实绩`, `Growth of the economy in ${best[0]}: aimed at and achieved`));
    place.querySelector("p").replaceChildren(b.label("条形为实绩，标记为当年报告的目标；浅色为初步数。", "Bars: what was achieved (lighter: preliminary); marks: what the year's report aimed at."), " ", b.el("a", { href: "compare.html#i=gdp&m=growth_rate%7Cpercent&y=" + best[0] }, b.label("更多比较 →", "Compare more →")), " ", b.el("a", { href: "indicators/gdp.html" }, b.label("历年 →", "Over the years →")));
    b.barChart(place.querySelector(".chart"), { rows, unit: "percent", statistic: "growth_rate", title: place.querySelector("h2").textContent });
  }
  document.addEventListener("baogao:redraw", draw);
  draw();
})();
