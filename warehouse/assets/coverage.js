"use strict";
// Which regions have reports of which years: each region where they are few, else provinces first and the regions of one.
(async function () {
  const b = window.baogao, place = document.getElementById("coverage"), input = document.querySelector("input.filter"), select = document.getElementById("province");
  const documents = b.rows(await b.load("documents")), placed = documents.filter(each => each.region && each.year !== null), MOST = 200;
  const years = [...new Set(placed.map(each => each.year))].sort((one, other) => one - other), byRegion = new Map();
  for (const each of placed) { if (!byRegion.has(each.region)) byRegion.set(each.region, []); byRegion.get(each.region).push(each); }
  const regions = [...byRegion.keys()].sort().map(b.region), provinces = new Map();
  for (const region of regions) { const name = region.province || region.zh; if (!provinces.has(name)) provinces.set(name, []); provinces.get(name).push(region); }
  let chosen = b.hash().get("p") || "";

  const shade = (part, limits) => "has h" + limits.filter(limit => part >= limit).length;
  function matrix(heads, rows) {
    return b.el("div", { class: "scroll matrix" }, b.el("table", {}, b.el("thead", {}, b.el("tr", {}, heads.map((head, i) => b.el("th", { class: i ? "n" : null }, head)))), b.el("tbody", {}, rows)));
  }
  function ofRegions(shown) {
    const few = shown.slice(0, MOST);
    const rows = few.map(region => b.el("tr", {}, b.el("th", { scope: "row" }, b.regionLink(region.code)), years.map(year => {
      const found = (byRegion.get(region.code) || []).filter(each => each.year === year), metrics = found.reduce((sum, each) => sum + each.metrics, 0);
      return found.length ? b.el("td", { class: shade(metrics, [1, 100, 300]) }, found.map(each => b.el("a", { href: b.page(each.id, each.year), title: b.plain(each.title) + " · " + each.metrics }, b.type(each.type)[2]))) : b.el("td");
    })));
    return [matrix([b.label("地区", "region"), ...years.map(String)], rows), shown.length > few.length ? b.el("p", { class: "soft" }, b.label(`另有 ${shown.length - few.length} 个地区，请筛选。`, `${shown.length - few.length} more regions; filter to see them.`)) : ""];
  }
  function ofProvinces() {
    const rows = [...provinces].map(([name, own]) => b.el("tr", {}, b.el("th", { scope: "row" }, b.el("a", { href: "#p=" + encodeURIComponent(name) }, b.provinceName(own[0]) || b.regionName(own[0].code)), b.el("small", {}, " " + own.length)), years.map(year => {
      const told = own.filter(region => byRegion.get(region.code).some(each => each.year === year)).length;
      return told ? b.el("td", { class: shade(told / own.length, [0.01, 0.5, 0.95]) }, String(told)) : b.el("td");
    })));
    return [b.el("p", { class: "soft" }, b.label("每格为有该年报告的地区数；点击省份看各地区。", "Each cell: how many regions have a report of the year; choose a province to see its regions.")), matrix([b.label("省份", "province"), ...years.map(String)], rows)];
  }
  function draw() {
    const words = input.value.toLowerCase().split(/[\s　]+/).filter(Boolean);
    const own = chosen ? provinces.get(chosen) || [] : regions;
    const shown = own.filter(region => words.every(word => [region.zh, region.en, region.province, region.provinceEn, region.code].join(" ").toLowerCase().includes(word)));
    select.replaceChildren(b.el("option", { value: "" }, b.say("全部", "all")), ...[...provinces].map(([name, each]) => b.el("option", { value: name, selected: name === chosen }, b.provinceName(each[0]) || b.regionName(each[0].code))));
    document.getElementById("shown").textContent = shown.length + " / " + regions.length;
    place.replaceChildren(...(chosen || words.length || regions.length <= MOST ? ofRegions(shown) : ofProvinces()));
    const lost = documents.filter(each => !each.region || each.year === null);
    document.getElementById("unplaced").replaceChildren(...(lost.length ? [b.el("h2", {}, b.label("地区或年份不明", "Region or year unknown")), ...b.table([["标题", "title", "w"]], lost, each => [b.el("a", { href: b.page(each.id, each.year) }, b.plain(each.title))])] : []));
    b.setHash({ p: chosen });
  }
  select.addEventListener("change", () => { chosen = select.value; draw(); });
  input.addEventListener("input", draw);
  window.addEventListener("hashchange", () => { chosen = b.hash().get("p") || ""; draw(); });
  document.addEventListener("baogao:redraw", draw);
  draw();
})();
