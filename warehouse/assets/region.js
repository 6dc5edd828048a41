"use strict";
// The page of a region: its figures over time, targets and what came of them, promises and what became of them.
(async function () {
  const b = window.baogao, code = new URLSearchParams(location.search).get("code") || "", region = b.index().regions.get(code);
  const heading = document.querySelector("h1");
  if (!region) { heading.replaceChildren(b.label("没有这个地区", "There is no such region")); return; }
  const data = await b.load("region/" + code), documents = b.rows(data.documents);
  const points = b.rows(data.points), pairs = b.rows(data.pairs), promises = b.rows(data.promises), MOST = 9, FIRST = 60;
  const order = [...b.index().indicators.keys()];
  const name = id => { const found = b.index().indicators.get(id) || { zh: id, en: id }; return b.label(found.zh, found.en); };
  const page = id => b.el("a", { href: b.base + "indicators/" + id + ".html#r=" + code }, name(id));

  function groups() {
    const found = new Map();
    for (const point of points) {
      const key = b.key(point.indicator, point.statistic, point.unit);
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(point);
    }
    return [...found.values()];
  }
  function charts() {
    // The longest series, growth of the economy first; those with a single year are in the table below.
    const years = group => new Set(group.map(point => point.year)).size;
    const shown = groups().filter(group => years(group) > 1).sort((one, other) => (other[0].indicator === "gdp") - (one[0].indicator === "gdp") || years(other) - years(one) || order.indexOf(one[0].indicator) - order.indexOf(other[0].indicator)).slice(0, MOST);
    const place = document.getElementById("charts");
    b.legend(document.getElementById("legend"), points.some(point => point.modality === "target"));
    if (!shown.length) { place.replaceChildren(b.el("p", { class: "soft" }, b.label("只有一年的读数，见下表。", "Figures of one year only; see the table below."))); return; }
    const frames = shown.map(group => ({ group, place: b.el("div", { class: "small" }) }));
    place.replaceChildren(...frames.map(({ group, place: inner }) => { const [, word] = b.scale(Math.max(...group.map(p => Math.abs(p.value))), group[0].unit); return b.el("figure", {}, b.el("figcaption", {}, page(group[0].indicator), b.el("small", {}, " " + [b.word(b.statistics, group[0].statistic), b.scaledUnit(word, group[0].unit)].filter(Boolean).join(" · "))), inner); }));
    for (const frame of frames) b.seriesChart(frame.place, { points: frame.group, regions: [code], unit: frame.group[0].unit, statistic: frame.group[0].statistic, small: true, title: b.index().indicators.get(frame.group[0].indicator)?.zh });
  }
  function targets() {
    const place = document.getElementById("targets");
    const judged = pairs.filter(each => each.actual !== null), open = pairs.filter(each => each.actual === null);
    const line = each => [
      String(each.year), page(each.indicator), b.word(b.statistics, each.statistic),
      b.link(each.target_document, each.target_told, each.target_at, b.reading(each.target, each.high, each.target_bound, each.unit)),
      each.actual === null ? "" : b.link(each.actual_document, each.actual_told, each.actual_at, b.reading(each.actual, null, each.actual_bound, each.unit)),
      b.gap(each.gap, each.unit), each.actual === null ? "" : b.met(each.met),
    ];
    const heads = [["年份", "year", "n"], ["指标", "indicator", "i"], ["统计量", "statistic", "r"], ["目标", "target", "n"], ["实绩", "actual", "n"], ["差额", "gap", "n"], ["完成", "met", "r"]];
    const latest = (one, other) => other.year - one.year || order.indexOf(one.indicator) - order.indexOf(other.indicator);
    const kept = judged.filter(each => each.met === true).length, missed = judged.filter(each => each.met === false).length;
    place.replaceChildren(
      b.el("p", { class: "soft" }, b.label(`次年报告可核对 ${judged.length} 项：完成 ${kept}，未完成 ${missed}，难以判定 ${judged.length - kept - missed}；另有 ${open.length} 项尚无下文。`, `${judged.length} that the next report tells of: ${kept} met, ${missed} missed, ${judged.length - kept - missed} that cannot be said; ${open.length} more without a figure yet.`)),
      ...(judged.length ? b.table(heads, judged.sort(latest), line) : []),
      open.length ? b.el("details", {}, b.el("summary", {}, b.label(`尚无实绩的目标（${open.length}）`, `Targets without an actual (${open.length})`)), b.table(heads, open.sort(latest), line)) : "",
    );
  }
  let wanted = promises.some(each => each.answered) ? "answered" : "all";
  function told() {
    const place = document.getElementById("promises");
    const kinds = { all: ["全部", "all", () => true], answered: ["有回应", "answered", p => p.answered === true], silent: ["未回应", "unanswered", p => p.answered === false], open: ["尚无下一份报告", "no report yet", p => p.answered === null] };
    if (!promises.length) { place.replaceChildren(b.el("p", { class: "soft" }, b.label("没有目录以外的目标。", "No targets outside the catalogue."))); return; }
    const found = promises.filter(kinds[wanted][2]);
    const line = each => [
      String(each.told), b.el("span", {}, b.plain(each.indicator), " ", b.link(each.document, each.told, each.at, b.plain(each.number)), b.bounds[each.bound][0] ? b.el("small", {}, " ", b.label(...b.bounds[each.bound])) : "", b.el("br"), b.quote(each)),
      each.answered === null ? b.el("span", { class: "soft" }, b.label("尚无下一份报告", "no report yet")) : !each.answered ? b.el("span", { class: "soft" }, each.next, " ", b.label("报告未回应", "report does not say")) : b.el("span", {}, b.plain(each.answer), " ", b.link(each.answer_document, each.answer_told, each.answer_at, b.plain(each.answer_number)), b.el("br"), b.quote({ document: each.answer_document, told: each.answer_told, at: each.answer_at, length: each.answer_length })),
      each.score === null ? "" : each.score.toFixed(2), each.answered ? b.met(each.met) : "",
    ];
    place.replaceChildren(
      b.el("p", { class: "noprint" }, Object.entries(kinds).map(([key, [zh, en, test]]) => b.el("button", { type: "button", class: "chip" + (key === wanted ? " on" : ""), "aria-pressed": String(key === wanted), onclick: () => { wanted = key; told(); } }, b.label(zh, en), " " + promises.filter(test).length))),
      ...b.table([["年份", "year", "n"], ["承诺", "promise", "w"], ["下一份报告", "next report", "w"], ["匹配", "fit", "n"], ["兑现", "kept", "r"]], found, line, FIRST),
    );
  }
  function figures() {
    const years = [...new Set(points.map(point => point.year))].sort((one, other) => other - one), place = document.getElementById("figures");
    const rows = groups().sort((one, other) => order.indexOf(one[0].indicator) - order.indexOf(other[0].indicator) || one[0].statistic.localeCompare(other[0].statistic)), line = group => [
      page(group[0].indicator), b.word(b.statistics, group[0].statistic),
      ...years.map(year => { const here = group.filter(point => point.year === year).sort((one, other) => one.modality.localeCompare(other.modality)); return here.length ? b.el("span", {}, here.map((point, i) => [i ? b.el("br") : "", point.modality === "target" ? b.el("small", { class: "aim" }, "◇ ") : "", b.source(point)])) : ""; }),
    ];
    place.replaceChildren(...(rows.length ? b.table([["指标", "indicator", "i"], ["统计量", "statistic", "r"], ...years.map(year => [String(year), String(year), "n"])], rows, line, 200) : [b.el("p", { class: "soft" }, b.label("没有目录指标的年度读数。", "No yearly figures of the catalogue's indicators."))]));
  }
  function head() {
    document.title = b.regionName(code);
    heading.replaceChildren(b.regionName(code), b.el("small", {}, " ", code, region.province && region.province !== region.zh ? " · " + b.provinceName(region) : ""));
    document.getElementById("documents").replaceChildren(...documents.map(each => [b.el("a", { class: "chip", href: b.page(each.id, each.year), title: b.plain(each.title) }, String(each.year ?? "?"), " ", b.label(...b.type(each.type).slice(0, 2))), " "]).flat());
  }
  function draw() { head(); charts(); targets(); told(); figures(); }
  document.addEventListener("baogao:redraw", draw);
  draw();
})();
