"use strict";
// Regions in one year: ranked bars of what happened, targets on them.
(function () {
  const b = window.baogao, field = name => document.getElementById(name), asked = b.hash(), BARS = 60;
  const state = { i: asked.get("i") || "", m: asked.get("m") || "", y: asked.get("y") || "", v: asked.get("v") || "", p: asked.get("p") || "" };
  let points = [], pairs = new Map();
  async function take() {
    const id = field("indicator").value;
    if (!id) return;
    const data = await b.load("indicator/" + id);
    points = b.rows(data.points);
    pairs = new Map(b.rows(data.pairs).map(each => [b.key(each.region, each.year, each.statistic), each]));
    draw();
  }
  function fit() {
    const measures = b.measures(points), measure = measures.find(each => each.key === state.m) || measures[0];
    field("measure").replaceChildren(...measures.map(each => b.el("option", { value: each.key, selected: each === measure }, b.measureName(each))));
    const own = points.filter(point => point.statistic === measure.statistic && point.unit === measure.unit && (!state.v || b.region(point.region).level === state.v) && (!state.p || b.region(point.region).province === state.p));
    const counts = new Map();
    for (const point of own) counts.set(point.year, (counts.get(point.year) || 0) + (point.modality === "actual" ? 1 : 0.01));
    const years = [...counts.keys()].sort((one, other) => other - one);
    const most = [...counts].sort((one, other) => other[1] - one[1] || other[0] - one[0])[0];
    const year = years.find(each => String(each) === state.y) || (most ? most[0] : null);
    field("year").replaceChildren(...years.map(each => b.el("option", { value: String(each), selected: each === year }, String(each))));
    return { measure, year, own: own.filter(point => point.year === year) };
  }
  function draw() {
    if (!points.length) return;
    const { measure, year, own } = fit(), id = field("indicator").value, name = b.index().indicators.get(id);
    const found = new Map();
    for (const point of own) { if (!found.has(point.region)) found.set(point.region, { region: point.region, actual: null, target: null }); found.get(point.region)[point.modality] = point; }
    const amount = row => (row.actual || row.target).value;
    const rows = [...found.values()].sort((one, other) => Boolean(other.actual) - Boolean(one.actual) || amount(other) - amount(one));
    field("headline").textContent = year === null ? "" : b.say(`${year} 年${name.zh}（${b.word(b.statistics, measure.statistic)}）：${rows.length} 个地区`, `${name.en[0].toUpperCase() + name.en.slice(1)} in ${year} (${b.word(b.statistics, measure.statistic)}): ${rows.length} regions`);
    b.legend(field("legend"), rows.some(row => row.target), rows.some(row => row.actual?.preliminary));
    field("cut").replaceChildren(rows.length > BARS ? b.label(`图中为前 ${BARS} 个，其余见下表；可按级别或省份缩小范围。`, `The first ${BARS} are drawn, the table has all; choose a level or a province to see others.`) : "");
    b.barChart(field("chart"), { rows: rows.slice(0, BARS), unit: measure.unit, statistic: measure.statistic, title: field("headline").textContent });
    field("table").replaceChildren(...b.table([["", "", "n"], ["地区", "region", "r"], ["目标", "target", "n"], ["实绩", "actual", "n"], ["差额", "gap", "n"], ["完成", "met", "r"], ["原句", "sentence", "w"]], rows, (row, i) => {
      const pair = pairs.get(b.key(row.region, year, measure.statistic));
      return [row.actual ? String(i + 1) : "", b.regionLink(row.region), row.target ? b.source(row.target) : "", row.actual ? b.source(row.actual) : "", pair ? b.gap(pair.gap, measure.unit) : "", pair && pair.actual !== null ? b.met(pair.met) : "", b.quote(row.actual || row.target)];
    }));
    b.setHash({ i: id, m: state.m, y: state.y, v: state.v, p: state.p });
  }
  if (state.i) field("indicator").value = state.i;
  field("level").value = state.v;
  function provinces() {
    const found = [...new Map([...b.index().regions.values()].filter(each => each.province).map(each => [each.province, each])).values()];
    field("province").replaceChildren(b.el("option", { value: "" }, b.say("全部", "all")), ...found.map(each => b.el("option", { value: each.province, selected: each.province === state.p }, b.provinceName(each))));
  }
  field("indicator").addEventListener("change", () => { state.m = state.y = ""; take(); });
  for (const [name, key] of [["measure", "m"], ["year", "y"], ["level", "v"], ["province", "p"]]) field(name).addEventListener("change", event => { state[key] = event.target.value; draw(); });
  document.addEventListener("baogao:redraw", () => { provinces(); draw(); });
  provinces();
  take();
})();
