"use strict";
// The lists of documents and of regions: all of them, some on the page, found by a filter.
(async function () {
  const b = window.baogao, place = document.getElementById("list"), input = document.querySelector("input.filter");
  if (place.dataset.list === "regions") {
    const levels = b.index().raw.levels, level = region => (levels[region.level] ? b.label(...levels[region.level]) : "");
    b.list(place, input, [["地区", "region", "r"], ["级别", "level", "r"], ["省份", "province", "r"], ["文档", "documents", "n"], ["报告年份", "report years", "w"]], [...b.index().regions.values()],
      region => [region.zh, region.en, region.province, region.provinceEn, region.code, region.level, ...(levels[region.level] || []), ...region.years].join(" "),
      region => [b.el("span", {}, b.regionLink(region.code), " ", b.el("small", {}, region.code)), level(region), b.provinceName(region), String(region.documents), region.years.join(", ")]);
    return;
  }
  const documents = b.rows(await b.load("documents")), years = [...new Set(documents.map(each => each.year))].sort((one, other) => other - one);
  const year = document.getElementById("year"), type = document.getElementById("type");
  function choices() {
    const kept = [year.value, type.value], all = () => b.el("option", { value: "" }, b.say("全部", "all"));
    year.replaceChildren(all(), ...years.map(each => b.el("option", { value: String(each) }, each === null ? b.say("不明", "unknown") : String(each))));
    type.replaceChildren(all(), ...Object.keys(b.index().raw.types).filter(name => documents.some(each => each.type === name)).map(name => b.el("option", { value: name }, b.say(...b.type(name)))));
    [year.value, type.value] = kept;
  }
  document.addEventListener("baogao:redraw", choices);
  choices();
  const draw = b.list(place, input, [["标题", "title", "w"], ["地区", "region", "r"], ["年份", "year", "n"], ["类型", "kind", "r"], ["指标数", "metrics", "n"]], documents,
    each => { const region = b.region(each.region); return [each.title, each.path, region.zh, region.en, region.province, region.provinceEn, each.year, each.id, ...b.type(each.type)].join(" "); },
    each => [
      b.el("span", {}, b.el("a", { href: b.page(each.id, each.year) }, b.plain(each.title)), b.el("br"), b.el("small", {}, b.plain(each.path), each.copy ? [" · ", b.label("副本", "copy")] : "")),
      each.region ? b.regionLink(each.region) : "", String(each.year ?? ""), b.label(...b.type(each.type).slice(0, 2)), each.metrics.toLocaleString("en"),
    ],
    each => (!year.value || String(each.year) === year.value) && (!type.value || each.type === type.value));
  year.addEventListener("change", draw);
  type.addEventListener("change", draw);
})();
