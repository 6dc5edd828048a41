"use strict";
// The page of a document: a click on a number shows what it is, a click on a row leads to its place.
(function () {
  const b = window.baogao, id = document.getElementById("document").dataset.document, data = b.get("document/" + id);
  const text = document.getElementById("text"), panel = document.getElementById("fields"), body = document.querySelector("#rows tbody");
  const metrics = data.metrics.map(row => Object.fromEntries(data.fields.map((name, i) => [name, row[i]])));
  const byPlace = new Map(), held = new Map();
  for (const metric of metrics) { if (!byPlace.has(metric.at)) byPlace.set(metric.at, []); byPlace.get(metric.at).push(metric); }
  for (const [at, reason] of data.held) { if (!held.has(at)) held.set(at, []); held.get(at).push(reason); }
  const classes = { date: ["日期", "a date"], duration: ["时长", "a duration"], ordinal: ["序数", "an ordinal"], heading: ["标题号", "the number of a heading"], name: ["名称的一部分", "part of a name"], specification: ["规格", "a specification"], reference: ["引用", "a reference"], lexical: ["词语，不计数", "a word that counts nothing"] };
  const period = metric => (metric.from === null ? "" : metric.from === metric.to ? String(metric.from) : metric.from + "–" + metric.to);

  function fields(metric) {
    const line = (zh, en, value) => (value === null || value === undefined || value === "" ? [] : [b.el("dt", {}, b.label(zh, en)), b.el("dd", {}, value)]);
    const page = metric.indicator_id ? b.el("a", { href: b.base + "indicators/" + metric.indicator_id + ".html#p=" + id + ":" + metric.at }, metric.indicator_id + " →") : null;
    return b.el("dl", {},
      line("指标", "indicator", b.el("b", {}, metric.indicator)), line("目录指标", "catalogue", page), line("统计量", "statistic", b.label(...b.statistics[metric.statistic])),
      line("数值", "value", metric.shown + " " + metric.unit), line("标准数值", "standard", metric.standard), line("界限", "bound", metric.bound === "exact" ? b.label("准确", "exact") : b.label(...(b.bounds[metric.bound] || ["", ""]))),
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
    let at = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
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
      at += node.data.length;
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
  body.append(...metrics.map(metric => b.el("tr", { "data-at": String(metric.at), id: byPlace.get(metric.at)[0] === metric ? "m" + metric.at : null },
    b.el("td", {}, b.el("a", { href: "#n" + metric.at }, metric.number)),
    b.el("td", {}, metric.indicator, metric.indicator_id ? [b.el("br"), b.el("small", {}, b.el("a", { href: b.base + "indicators/" + metric.indicator_id + ".html#p=" + id + ":" + metric.at }, metric.indicator_id))] : ""),
    b.el("td", {}, b.label(...b.statistics[metric.statistic])), b.el("td", { class: "n" }, metric.shown), b.el("td", {}, metric.unit), b.el("td", {}, metric.bound === "exact" ? "" : b.label(...(b.bounds[metric.bound] || ["", ""]))),
    b.el("td", {}, b.label(...b.modalities[metric.modality])), b.el("td", {}, period(metric)), b.el("td", { class: "n" }, metric.confidence.toFixed(2)))));
  body.addEventListener("click", event => {
    const row = event.target.closest("tr");
    if (!row || event.target.closest("a")) return;
    location.hash = "n" + row.dataset.at;
  });
  window.addEventListener("hashchange", follow);
  follow();
  // The browser goes to the place of the fragment itself once the page has loaded; this brings it to the middle after that.
  window.addEventListener("load", () => setTimeout(follow, 0));
})();
