"use strict";
// The page of a document, document.html?id=ID&year=YEAR: its text with every number marked; a click on a number shows what it is.
(async function () {
  const b = window.baogao, asked = new URLSearchParams(location.search), id = asked.get("id") || "", heading = document.querySelector("h1");
  const text = document.getElementById("text"), panel = document.getElementById("fields"), body = document.querySelector("#rows tbody");
  async function find() {
    let year = asked.get("year");
    if (!/^\d+$/.test(year || "")) {
      const all = (await b.load("documents")) || { id: [], year: [] }, at = all.id.indexOf(id);
      if (at < 0) return null;
      year = all.year[at];
    }
    const file = b.file(id, year), [marks, texts] = await Promise.all([b.load("marks/" + file), b.texts(file)]);
    return marks[id] && { ...marks[id](), text: texts[id][3] };
  }
  let data = null;
  try { data = await find(); } catch { /* there is no such file */ }
  if (!data) { heading.replaceChildren(b.label("没有这份文档", "There is no such document"), b.el("small", {}, " ", b.plain(id))); text.remove(); return; }
  const about = data.document, rules = data.numbers?.rules || [];
  const columns = data.metrics ? { ...data.metrics.columns } : null;
  const metrics = b.rows(columns), numbers = b.rows(data.numbers?.columns);
  const shown = value => { const [size, word] = [[1e12, "万亿"], [1e8, "亿"], [1e4, "万"]].find(([least]) => Math.abs(value) >= least) || [1, ""]; return new Intl.NumberFormat("en", { maximumSignificantDigits: word ? 6 : 10 }).format(value / size) + word; };
  const amount = (value, high) => (value === null ? "" : high === null ? shown(value) : shown(value) + "–" + shown(high));
  const unit = b.units(data.text), byPlace = new Map(), held = new Map(), lengths = new Map(numbers.map(each => [each.at, each.length]));
  for (const metric of metrics) {
    metric.rule = data.metrics.rules[metric.rule];
    const section = metric.section === null ? null : data.metrics.sections[metric.section];
    metric.section = section === null ? null : b.plain(section); // a text without headings has none
    metric.number = b.plain(data.text.slice(unit(metric.at), unit(metric.at + (lengths.get(metric.at) ?? 0))).replace(/\s+/g, ""));
    metric.indicator = b.plain(metric.indicator);
    if (!byPlace.has(metric.at)) byPlace.set(metric.at, []);
    byPlace.get(metric.at).push(metric);
  }
  for (const [at, reason] of data.held) { if (!held.has(at)) held.set(at, []); held.get(at).push(b.plain(reason || "")); }
  const classes = { date: ["日期", "a date"], duration: ["时长", "a duration"], ordinal: ["序数", "an ordinal"], heading: ["标题号", "the number of a heading"], name: ["名称的一部分", "part of a name"], specification: ["规格", "a specification"], reference: ["引用", "a reference"], lexical: ["词语，不计数", "a word that counts nothing"] };
  const period = metric => (metric.from === null ? "" : metric.from === metric.to ? String(metric.from) : metric.from + "–" + metric.to);

  // The text cut at its numbers. A piece of text knows where it begins, for places that are no number.
  function article() {
    const pieces = [];
    let at = 0;
    const piece = (from, to) => { const made = document.createTextNode(b.plain(data.text.slice(unit(from), unit(to)))); made.from = unit(from); return made; };
    for (const number of numbers) {
      if (number.at < at) continue;
      if (number.at > at) pieces.push(piece(at, number.at));
      const said = piece(number.at, number.at + number.length), target = (byPlace.get(number.at) || []).some(metric => metric.modality === "target");
      const made = b.el(number.class === "metric" ? "a" : "span", { class: "num " + number.class + (target ? " target" : ""), id: "n" + number.at, href: number.class === "metric" ? "#n" + number.at : null, "data-rule": rules[number.rule] });
      made.append(said);
      pieces.push(made);
      at = number.at + number.length;
    }
    const rest = document.createTextNode(b.plain(data.text.slice(unit(at))));
    rest.from = unit(at);
    text.replaceChildren(...pieces, rest);
  }
  function head() {
    const title = b.plain(about.title), counts = new Map();
    document.title = title;
    heading.replaceChildren(title);
    for (const number of numbers) counts.set(number.class, (counts.get(number.class) || 0) + 1);
    const parts = [
      about.code ? b.el("span", {}, b.regionLink(about.code), " ", String(about.year ?? ""), about.delivered ? " (" + about.delivered + ")" : "") : [b.plain(about.region || ""), about.year].filter(Boolean).join(" "),
      b.plain(about.speaker || ""), b.plain(about.path), b.label(about.characters.toLocaleString("en") + " 字", about.characters.toLocaleString("en") + " characters"),
      b.label(metrics.length + " 个指标数值", metrics.length + " metrics"), about.copy ? b.el("a", { href: b.page(about.copy, about.copy_year) }, b.label("副本，原件在此", "a copy; the original")) : "",
    ].filter(Boolean);
    document.getElementById("about").replaceChildren(...parts.flatMap((part, i) => (i ? [" · ", part] : [part])));
    document.getElementById("warnings").replaceChildren(b.plain(about.warnings || ""));
    document.getElementById("counts").replaceChildren(...[...counts].filter(([name]) => classes[name]).sort((one, other) => other[1] - one[1]).flatMap(([name, count]) => [b.el("span", { class: "num " + name }, b.label(classes[name][0], name), " " + count), " "]));
    document.getElementById("how-many").textContent = "(" + metrics.length + ")";
  }

  function fields(metric) {
    const line = (zh, en, value) => (value === null || value === undefined || value === "" ? [] : [b.el("dt", {}, b.label(zh, en)), b.el("dd", {}, value)]);
    const page = metric.indicator_id ? b.el("a", { href: b.base + "indicators/" + metric.indicator_id + ".html#p=" + encodeURIComponent(id + ":" + metric.at) }, metric.indicator_id + " →") : null;
    return b.el("dl", {},
      line("指标", "indicator", b.el("b", {}, metric.indicator)), line("目录指标", "catalogue", page), line("统计量", "statistic", b.label(...b.statistics[metric.statistic])),
      line("数值", "value", amount(metric.value, metric.high) + " " + b.plain(metric.unit || "")), line("标准数值", "standard", metric.standard === null ? "" : amount(metric.standard, metric.standard_high) + " " + (metric.standard_unit || "")), line("界限", "bound", metric.bound === "exact" ? b.label("准确", "exact") : b.label(...(b.bounds[metric.bound] || ["", ""]))),
      line("情态", "modality", b.el("span", {}, b.label(...b.modalities[metric.modality]), metric.preliminary ? [" · ", b.label("初步数", "preliminary")] : "")), line("比较基准", "basis", metric.basis), line("时期", "period", period(metric)),
      line("章节", "section", metric.section), line("页", "page", metric.page === null ? "" : String(metric.page)), line("规则", "rule", b.el("code", {}, metric.rule)), line("置信度", "confidence", metric.confidence.toFixed(2)),
      line("质量标记", "marks", metric.marks), line("编号", "metric_id", b.el("code", {}, metric.metric_id)));
  }
  function show(mark, scroll) {
    const at = Number(mark.id.slice(1)), found = byPlace.get(at) || [];
    text.querySelector(".num.on")?.classList.remove("on");
    body.querySelectorAll("tr.on").forEach(each => each.classList.remove("on"));
    mark.classList.add("on");
    body.querySelectorAll(`tr[data-at="${at}"]`).forEach(each => each.classList.add("on"));
    const kind = [...mark.classList].find(each => classes[each]);
    panel.replaceChildren(
      b.el("button", { type: "button", class: "close", "aria-label": "Close 关闭", onclick: hide }, "×"),
      b.el("p", { class: "head" }, b.el("b", {}, mark.textContent.replace(/\s+/g, "")), kind ? [" ", b.label(classes[kind][0] + "，不是指标", classes[kind][1] + ", no metric")] : ""),
      ...found.map(fields),
      ...(found.length ? [] : [b.el("dl", {}, b.el("dt", {}, b.label("规则", "rule")), b.el("dd", {}, b.el("code", {}, mark.dataset.rule)))]),
      ...(held.get(at) || []).map(reason => b.el("p", { class: "bad" }, b.label("隔离：", "Quarantined: "), reason)),
      found.length ? b.el("p", {}, b.el("a", { href: "#m" + at }, b.label("在表中", "in the table"))) : "",
    );
    panel.classList.add("open");
    if (scroll) mark.scrollIntoView({ block: "center" });
  }
  function hide() { panel.classList.remove("open"); text.querySelector(".num.on")?.focus?.(); }

  // Places that are no number: #cOFFSET, an offset into the text, as the search gives it.
  function point(offset) {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.from;
      if (offset < at + node.data.length) {
        const range = document.createRange();
        range.setStart(node, offset - at);
        range.setEnd(node, Math.min(node.data.length, offset - at + 1));
        const box = range.getBoundingClientRect();
        window.scrollTo({ top: box.top + window.scrollY - window.innerHeight / 3 });
        getSelection().removeAllRanges();
        const line = document.createRange(), from = node.data.lastIndexOf("\n", offset - at) + 1;
        line.setStart(node, Math.max(from, node.data.lastIndexOf("。", offset - at) + 1));
        const end = node.data.slice(offset - at).search(/[。\n]/);
        line.setEnd(node, end < 0 ? node.data.length : offset - at + end + 1);
        getSelection().addRange(line);
        return;
      }
    }
  }
  function follow() {
    const at = location.hash.slice(2), kind = location.hash[1];
    if (!/^\d+$/.test(at)) return;
    if (kind === "n") { const mark = document.getElementById("n" + at); if (mark) show(mark, true); }
    if (kind === "c") point(Number(at));
  }
  text.addEventListener("click", event => {
    const mark = event.target.closest(".num");
    if (!mark) return;
    event.preventDefault();
    history.replaceState(null, "", "#" + mark.id);
    show(mark, false);
  });
  document.addEventListener("keydown", event => {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") hide();
    const step = { j: 1, n: 1, k: -1, p: -1 }[event.key];
    if (!step) return;
    const marks = [...text.querySelectorAll(".num.metric")], now = marks.indexOf(text.querySelector(".num.on"));
    const next = marks[now < 0 ? 0 : Math.max(0, Math.min(marks.length - 1, now + step))];
    if (!next) return;
    history.replaceState(null, "", "#" + next.id);
    next.focus({ preventScroll: true });
    show(next, true);
  });
  article();
  head();
  document.addEventListener("baogao:redraw", head);
  body.append(...metrics.map(metric => b.el("tr", { "data-at": String(metric.at), id: byPlace.get(metric.at)[0] === metric ? "m" + metric.at : null },
    b.el("td", {}, b.el("a", { href: "#n" + metric.at }, metric.number)),
    b.el("td", {}, metric.indicator, metric.indicator_id ? [b.el("br"), b.el("small", {}, b.el("a", { href: b.base + "indicators/" + metric.indicator_id + ".html#p=" + encodeURIComponent(id + ":" + metric.at) }, metric.indicator_id))] : ""),
    b.el("td", {}, b.label(...b.statistics[metric.statistic])), b.el("td", { class: "n" }, amount(metric.value, metric.high)), b.el("td", {}, b.plain(metric.unit || "")), b.el("td", {}, metric.bound === "exact" ? "" : b.label(...(b.bounds[metric.bound] || ["", ""]))),
    b.el("td", {}, b.label(...b.modalities[metric.modality])), b.el("td", {}, period(metric)), b.el("td", { class: "n" }, metric.confidence.toFixed(2)))));
  body.addEventListener("click", event => {
    const row = event.target.closest("tr");
    if (!row || event.target.closest("a")) return;
    location.hash = "n" + row.dataset.at;
  });
  window.addEventListener("hashchange", follow);
  follow();
  // A browser that comes back to a page may scroll it once more; this brings the place to the middle after that.
  if (document.readyState !== "complete") window.addEventListener("load", () => setTimeout(follow, 0));
})();
