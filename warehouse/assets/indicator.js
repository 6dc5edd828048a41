"use strict";
// The page of an indicator: its series for chosen regions, targets beside actuals, and the table behind them.
(function () {
  const b = window.baogao, frame = document.getElementById("indicator"), id = frame.dataset.indicator;
  const data = b.get("indicator/" + id), points = b.rows(data.points), pairs = new Map(b.rows(data.pairs).map(each => [b.key(each.region, each.year, each.statistic), each]));
  const measures = b.measures(points), select = document.getElementById("measure"), chart = document.getElementById("chart");
  const asked = b.hash(), MOST = 24, LISTED = 120;
  let measure = measures.find(each => each.key === asked.get("m")) || measures[0];
  let chosen = (asked.get("r") || "").split(",").filter(code => points.some(point => point.region === code));
  let layout = asked.get("l") || "";

  const own = () => points.filter(point => point.statistic === measure.statistic && point.unit === measure.unit);
  function counts() {
    const found = new Map();
    for (const point of own()) found.set(point.region, (found.get(point.region) || 0) + 1);
    return found;
  }
  function usual() {
    return [...counts()].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0])).slice(0, 4).map(([code]) => code).sort();
  }
  function options() {
    select.replaceChildren(...measures.map(each => b.el("option", { value: each.key, selected: each === measure }, b.measureName(each))));
    const found = [...counts()].sort((one, other) => one[0].localeCompare(other[0]));
    // Those chosen come first, then what the filter leaves, as many as can be looked through.
    const words = document.getElementById("region-filter").value.toLowerCase().split(/[\s　]+/).filter(Boolean);
    const said = code => { const region = b.region(code); return [region.zh, region.en, region.province, region.provinceEn, region.code].join(" ").toLowerCase(); };
    const left = found.filter(([code]) => chosen.includes(code) || words.every(word => said(code).includes(word)));
    const listed = [...left.filter(([code]) => chosen.includes(code)), ...left.filter(([code]) => !chosen.includes(code))].slice(0, LISTED);
    document.getElementById("regions").replaceChildren(...listed.map(([code, count]) => b.el("label", {}, b.el("input", { type: "checkbox", value: code, checked: chosen.includes(code) }), " ", b.regionName(code), b.el("small", {}, " " + count))),
      left.length > listed.length ? b.el("span", { class: "soft" }, b.label(`另有 ${left.length - listed.length} 个，请筛选`, `${left.length - listed.length} more; filter to see them`)) : "");
    document.getElementById("chosen").textContent = chosen.length + " / " + found.length;
  }
  function apart() { return layout ? layout === "apart" : chosen.length > 5; }
  function draw() {
    const shown = own().filter(point => chosen.includes(point.region));
    document.querySelectorAll("#layout input").forEach(each => { each.checked = each.value === (apart() ? "apart" : "together"); });
    b.legend(document.getElementById("legend"), shown.some(point => point.modality === "target"), false, !apart());
    const colours = new Map(chosen.map((code, i) => [code, b.colour(i)]));
    const name = b.index().indicators.get(id), title = b.say(name.zh, name.en);
    if (!apart()) {
      chart.className = "chart";
      b.seriesChart(chart, { points: shown, regions: chosen, unit: measure.unit, statistic: measure.statistic, colours, title });
    } else {
      chart.className = "multiples";
      const values = shown.flatMap(point => [point.value, point.high ?? point.value]);
      const years = [Math.min(...shown.map(p => p.year)), Math.max(...shown.map(p => p.year))];
      const range = b.range(values), { low, high } = range, room = (high - low || 1) * 0.15;
      const free = measure.statistic === "level" && !["percent"].includes(measure.unit);
      const frames = chosen.map(code => ({ code, place: b.el("div", { class: "small" }) }));
      chart.replaceChildren(...frames.map(({ code, place }) => b.el("figure", {}, b.el("figcaption", {}, b.regionLink(code)), place)));
      chart.prepend(b.el("p", { class: "soft wide" }, free ? b.label("各图纵轴不同，均从零起。", "Each panel has its own scale, from zero.") : b.label("各图纵轴相同。", "All panels share one scale.")));
      for (const { code, place } of frames) b.seriesChart(place, { points: shown.filter(point => point.region === code), regions: [code], unit: measure.unit, statistic: measure.statistic, small: true, years, range: free ? null : range, domain: free ? null : [Math.min(0, low - (low < 0 ? room : 0)), Math.max(0, high + room)], title: b.regionName(code) + " " + title });
    }
    table(shown);
    const wanted = b.hash().get("p");
    b.setHash({ m: measure.key, r: chosen.join(","), l: layout, p: wanted });
    if (wanted) mark(wanted);
  }
  function table(shown) {
    const found = new Map();
    for (const point of shown) {
      const key = b.key(point.region, point.year);
      if (!found.has(key)) found.set(key, { region: point.region, year: point.year });
      found.get(key)[point.modality] = point;
    }
    const rows = [...found.values()].sort((one, other) => chosen.indexOf(one.region) - chosen.indexOf(other.region) || other.year - one.year), line = row => {
      const pair = pairs.get(b.key(row.region, row.year, measure.statistic)), best = row.actual || row.target;
      return [
        b.regionLink(row.region), String(row.year),
        row.target ? b.source(row.target) : "", row.actual ? b.source(row.actual) : "", pair ? b.gap(pair.gap, measure.unit) : "",
        pair && pair.actual !== null ? b.met(pair.met) : "", b.quote(best),
      ];
    };
    document.getElementById("table").replaceChildren(...b.table([["地区", "region", "r"], ["年份", "year", "n"], ["目标", "target", "n"], ["实绩", "actual", "n"], ["差额", "gap", "n"], ["完成", "met", "r"], ["原句", "sentence", "w"]], rows, line));
  }
  // The point that a document's page leads to: ID:OFFSET.
  function mark(wanted) {
    const found = points.find(each => each.document + ":" + each.at === wanted);
    if (!found) return;
    for (const link of document.querySelectorAll("#chart svg a, #table a")) {
      const on = b.address(link) === b.place(found.document, found.told, found.at);
      link.classList.toggle("on", on);
      if (on && link.closest("tr")) link.closest("tr").classList.add("on");
    }
  }
  function choose(codes) { chosen = codes; options(); draw(); }
  function open() {
    const wanted = b.hash().get("p");
    if (wanted) {
      const point = points.find(each => each.document + ":" + each.at === wanted);
      if (point) {
        measure = measures.find(each => each.key === b.key(point.statistic, point.unit));
        if (!chosen.includes(point.region)) chosen = [point.region];
      }
    }
    if (!chosen.length) chosen = usual();
    options();
    draw();
  }
  select.addEventListener("change", () => { measure = measures.find(each => each.key === select.value); const left = chosen.filter(code => counts().has(code)); choose(left.length ? left : usual()); });
  document.getElementById("regions").addEventListener("change", event => choose(event.target.checked ? [...chosen, event.target.value].slice(-MOST) : chosen.filter(code => code !== event.target.value)));
  document.getElementById("none").addEventListener("click", () => choose([]));
  document.getElementById("region-filter").addEventListener("input", options);
  document.getElementById("layout").addEventListener("change", event => { layout = event.target.value; draw(); });
  document.addEventListener("baogao:redraw", () => { options(); draw(); });
  window.addEventListener("hashchange", () => { if (b.hash().get("p")) open(); });
  open();
})();
