"use strict";
// The chart of the start page: growth of the economy, aimed at and achieved, in the year that most regions tell of.
(function () {
  const b = window.baogao, place = document.getElementById("lead"), data = b.get("start"), points = b.rows(data && data.points);
  if (!points.length) return;
  const year = points[0].year;
  function draw() {
    const found = new Map();
    for (const point of points) { if (!found.has(point.region)) found.set(point.region, { region: point.region, actual: null, target: null }); found.get(point.region)[point.modality] = point; }
    const rows = [...found.values()].filter(row => row.actual).sort((one, other) => other.actual.value - one.actual.value);
    place.hidden = false;
    place.querySelector("h2").replaceChildren(b.label(`${year} 年经济增长：目标与实绩`, `Growth of the economy in ${year}: aimed at and achieved`));
    place.querySelector("p").replaceChildren(b.label("条形为实绩，标记为当年报告的目标；浅色为初步数。", "Bars: what was achieved (lighter: preliminary); marks: what the year's report aimed at."), " ", b.el("a", { href: "compare.html#i=gdp&m=growth_rate%7Cpercent&y=" + year }, b.label("更多比较 →", "Compare more →")), " ", b.el("a", { href: "indicators/gdp.html" }, b.label("历年 →", "Over the years →")));
    if (data.left_out) place.querySelector("p").append(" ", b.el("span", { id: "left-out" }, b.label(`另有 ${data.left_out} 个地区未画出。`, `${data.left_out} more regions are not drawn.`)));
    b.barChart(place.querySelector(".chart"), { rows, unit: "percent", statistic: "growth_rate", title: place.querySelector("h2").textContent });
  }
  document.addEventListener("baogao:redraw", draw);
  draw();
})();
