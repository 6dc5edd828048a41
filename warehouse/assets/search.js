"use strict";
// Search over indicators, regions, document titles, and every sentence, by plain substrings: Chinese needs no words cut apart.
// The texts are read file by file on the first question and kept, so that the next is answered at once.
(function () {
  const b = window.baogao, field = document.getElementById("wanted"), list = document.getElementById("hits"), names = document.getElementById("names");
  const status = document.getElementById("status"), more = document.getElementById("more"), PAGE = 50, SHOWN = 200;
  const raw = b.index().raw;
  const kept = [];
  let asked = 0, hits = [], drawn = 0, words = [];
  if (raw.searched < raw.documents.length) document.getElementById("limits").append(b.label(`正文只检索最新的 ${raw.searched} 份；全部正文用 search_text('…') 查询。`, `Texts of the newest ${raw.searched} documents only; search_text('…') in SQL searches all.`));

  function listed(zh, en, found) {
    return found.length ? b.el("p", {}, b.el("b", {}, b.label(zh, en)), " ", found.slice(0, 30).map(each => [each, " "])) : "";
  }
  function nameHits() {
    const fits = (...said) => { const text = said.join(" ").toLowerCase(); return words.every(word => text.includes(word)); };
    const index = b.index();
    names.replaceChildren(
      listed("指标", "Indicators", [...index.indicators.values()].filter(each => each.count && fits(each.zh, each.en, each.aliases, each.id)).map(each => b.el("a", { class: "chip", href: "indicators/" + each.id + ".html" }, b.label(each.zh, each.en)))),
      listed("地区", "Regions", [...index.regions.values()].filter(each => fits(each.name, each.province, each.code)).map(each => b.el("a", { class: "chip", href: "regions/" + encodeURIComponent(each.code) + ".html" }, b.regionName(each.code)))),
      listed("文档", "Documents", [...index.documents.values()].filter(each => fits(each.title, b.region(each.region).name, each.year, each.path)).map(each => b.el("a", { class: "chip", href: "documents/" + encodeURIComponent(each.id) + ".html" }, each.title, " ", String(each.year ?? "")))),
    );
  }
  const ENDS = /[。！？；\n]/;
  function sentences(text, wanted) {
    const found = [];
    for (let at = text.indexOf(wanted[0]); at >= 0;) {
      let start = at, end = at;
      while (start > 0 && !ENDS.test(text[start - 1])) start--;
      while (end < text.length && !ENDS.test(text[end])) end++;
      const said = text.slice(start, end + 1);
      if (wanted.every(word => said.includes(word))) found.push([start, at, end + 1]);
      at = text.indexOf(wanted[0], Math.max(end, at + 1));
    }
    return found;
  }
  async function search() {
    const turn = ++asked;
    words = field.value.trim().toLowerCase().split(/[\s　]+/).filter(Boolean);
    history.replaceState(null, "", words.length ? "#q=" + encodeURIComponent(words.join(" ")) : "#");
    list.replaceChildren(); names.replaceChildren(); hits = []; drawn = 0; more.hidden = true; status.textContent = "";
    if (!words.length) return;
    nameHits();
    const wanted = [...words].sort((one, other) => other.length - one.length);
    for (let i = 0; i < raw.chunks; i++) {
      if (!kept[i]) {
        const chunk = await b.load("text/" + i);
        kept[i] = chunk.map(([id, text]) => [id, text, text.toLowerCase()]).map(([id, text, low]) => [id, text, low.length === text.length ? low : text]);
        b.drop("text/" + i);
      }
      if (turn !== asked) return;
      for (const [id, text, low] of kept[i]) for (const found of sentences(low, wanted)) hits.push([id, text, ...found]);
      status.replaceChildren(b.label(`正文 ${hits.length} 句${i + 1 < raw.chunks ? "……" : ""}`, `${hits.length} sentences${i + 1 < raw.chunks ? "…" : ""}`));
      if (drawn < PAGE) draw(PAGE);
    }
    draw(PAGE);
  }
  function marked(said) {
    const low = said.toLowerCase(), parts = [];
    for (let at = 0; at < said.length;) {
      let next = -1, length = 0;
      for (const word of words) { const found = low.indexOf(word, at); if (found >= 0 && (next < 0 || found < next)) { next = found; length = word.length; } }
      if (next < 0) { parts.push(said.slice(at)); break; }
      parts.push(said.slice(at, next), b.el("mark", {}, said.slice(next, next + length)));
      at = next + length;
    }
    return parts;
  }
  function draw(upTo) {
    for (; drawn < Math.min(upTo, hits.length); drawn++) {
      const [id, text, start, at, end] = hits[drawn], from = Math.max(start, at - 120), to = Math.min(end, at + 200);
      const found = b.index().documents.get(id);
      list.append(b.el("li", {}, b.el("a", { href: "documents/" + encodeURIComponent(id) + ".html#c" + at }, found.region ? b.regionName(found.region) : "", " ", String(found.year ?? ""), " ", found.title), b.el("br"), b.el("span", { lang: "zh" }, from > start ? "…" : "", marked(text.slice(from, to).trim()), to < end ? "…" : "")));
    }
    more.hidden = drawn >= hits.length;
  }
  more.addEventListener("click", () => draw(drawn + SHOWN));
  document.getElementById("find").addEventListener("submit", search);
  let due = 0;
  field.addEventListener("input", event => { if (event.isComposing) return; clearTimeout(due); due = setTimeout(search, 250); });
  field.addEventListener("compositionend", search);
  window.addEventListener("hashchange", () => { const q = b.hash().get("q"); if (q !== undefined && q !== field.value.trim()) { field.value = q; search(); } });
  field.value = b.hash().get("q") || "";
  if (field.value) search(); else field.focus();
})();
