"use strict";
// Search over indicators, regions, titles, and every sentence of every document, by plain substrings: Chinese needs no words cut apart.
// An index of pairs of characters says which files of texts may have the words; those are read one after another, the newest first.
(function () {
  const b = window.baogao, field = document.getElementById("wanted"), list = document.getElementById("hits"), names = document.getElementById("names");
  const status = document.getElementById("status"), more = document.getElementById("more"), PAGE = 50, SHOWN = 200, ENOUGH = 1000, AT_ONCE = 8;
  const { files, words: counted } = b.index().raw;
  let asked = 0, hits = [], drawn = 0, words = [], open = [], documents = null;

  function listed(zh, en, found) {
    return found.length ? b.el("p", {}, b.el("b", {}, b.label(zh, en)), " ", found.slice(0, 30).map(each => [each, " "]), found.length > 30 ? b.el("span", { class: "soft" }, b.label(`共 ${found.length}`, `of ${found.length}`)) : "") : "";
  }
  const fits = (...said) => { const text = said.join(" ").toLowerCase(); return words.every(word => text.includes(word)); };
  function nameHits() {
    const index = b.index();
    names.replaceChildren(
      listed("指标", "Indicators", [...index.indicators.values()].filter(each => each.count && fits(each.zh, each.en, each.aliases, each.id)).map(each => b.el("a", { class: "chip", href: "indicators/" + each.id + ".html" }, b.label(each.zh, each.en)))),
      listed("地区", "Regions", [...index.regions.values()].filter(each => fits(each.zh, each.en, each.province, each.provinceEn, each.code)).map(each => b.el("a", { class: "chip", href: b.regionPlace(each.code) }, b.regionName(each.code)))),
    );
  }
  async function titleHits(turn) {
    documents ??= b.rows(await b.load("documents"));
    if (turn !== asked) return;
    names.append(listed("文档", "Documents", documents.filter(each => { const region = b.region(each.region); return fits(each.title, region.zh, region.en, each.year, each.path); }).map(each => b.el("a", { class: "chip", href: b.page(each.id, each.year) }, b.plain(each.title), " ", String(each.year ?? "")))));
  }

  // The files that have every pair of characters of every word. A word of one character may stand in any file.
  async function candidates() {
    const size = Math.ceil(files.length / 8), step = counted.buckets / counted.parts, buckets = new Set(), parts = new Map();
    for (const word of words) for (let i = 1; i < word.length; i++) buckets.add((word.charCodeAt(i - 1) * counted.factor + word.charCodeAt(i)) % counted.buckets);
    let left = files.map((_, i) => i);
    for (const bucket of buckets) {
      const part = Math.floor(bucket / step);
      if (!parts.has(part)) { parts.set(part, atob(await b.load("words/" + part))); b.drop("words/" + part); }
      const bits = parts.get(part), from = (bucket - part * step) * size;
      left = left.filter(i => bits.charCodeAt(from + (i >> 3)) & (128 >> (i & 7)));
    }
    return left;
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
  function scan(file, texts) {
    const year = file[0], wanted = [...words].sort((one, other) => other.length - one.length);
    const cased = wanted.some(word => word !== word.toUpperCase());
    for (const [id, [title, region, copy, text]] of Object.entries(texts)) {
      if (copy) continue;
      const low = cased ? text.toLowerCase() : text, looked = low.length === text.length ? low : text;
      if (!wanted.every(word => looked.includes(word))) continue;
      for (const [start, at, end] of sentences(looked, wanted)) {
        const from = Math.max(start, at - 120), to = Math.min(end, at + 200);
        hits.push({ id, title, region, year, at, before: from > start, said: text.slice(from, to).trim(), behind: to < end });
      }
    }
  }
  function tell(reading) {
    const count = hits.length.toLocaleString("en");
    if (!open.length) status.replaceChildren(b.label(`正文 ${count} 句`, `${count} sentences`));
    else if (reading) status.replaceChildren(b.label(`正文 ${count} 句……还有 ${open.length} 组文档`, `${count} sentences… ${open.length} groups of documents to go`));
    else status.replaceChildren(b.label(`最新报告中的 ${count} 句；点“更多”读下去`, `${count} sentences of the newest reports; “More” reads on`));
  }
  // Reads on until there is enough to show, some files at a time.
  async function read(turn, enough) {
    while (open.length && hits.length < enough) {
      const next = open.splice(0, AT_ONCE), texts = await Promise.all(next.map(i => b.texts(files[i].join("/"))));
      if (turn !== asked) return;
      next.forEach((i, turn) => scan(files[i], texts[turn]));
      tell(true);
      if (drawn < PAGE) draw(PAGE);
    }
    tell(false);
    draw(PAGE);
  }
  async function search() {
    const turn = ++asked;
    words = field.value.trim().toLowerCase().split(/[\s　]+/).filter(Boolean);
    history.replaceState(null, "", words.length ? "#q=" + encodeURIComponent(words.join(" ")) : "#");
    list.replaceChildren(); names.replaceChildren(); hits = []; drawn = 0; open = []; more.hidden = true; status.textContent = "";
    if (!words.length) return;
    nameHits();
    const found = await candidates();
    if (turn !== asked) return;
    open = found;
    await read(turn, ENOUGH);
    if (turn === asked) await titleHits(turn);
  }
  function marked(said) {
    const low = said.toLowerCase(), parts = [];
    for (let at = 0; at < said.length;) {
      let next = -1, length = 0;
      for (const word of words) { const found = low.indexOf(word, at); if (found >= 0 && (next < 0 || found < next)) { next = found; length = word.length; } }
      if (next < 0) { parts.push(b.plain(said.slice(at))); break; }
      parts.push(b.plain(said.slice(at, next)), b.el("mark", {}, b.plain(said.slice(next, next + length))));
      at = next + length;
    }
    return parts;
  }
  function draw(upTo) {
    for (; drawn < Math.min(upTo, hits.length); drawn++) {
      const hit = hits[drawn], year = hit.year === "none" ? null : hit.year;
      list.append(b.el("li", {}, b.el("a", { href: b.page(hit.id, year) + "#c" + hit.at }, hit.region ? b.regionName(hit.region) : "", " ", year ?? "", " ", b.plain(hit.title)), b.el("br"), b.el("span", { lang: "zh" }, hit.before ? "…" : "", marked(hit.said), hit.behind ? "…" : "")));
    }
    more.hidden = drawn >= hits.length && !open.length;
  }
  more.addEventListener("click", async () => {
    if (drawn + SHOWN > hits.length && open.length) await read(asked, hits.length + ENOUGH);
    draw(drawn + SHOWN);
  });
  document.getElementById("find").addEventListener("submit", search);
  let due = 0;
  field.addEventListener("input", event => { if (event.isComposing) return; clearTimeout(due); due = setTimeout(search, 250); });
  field.addEventListener("compositionend", search);
  window.addEventListener("hashchange", () => { const q = b.hash().get("q"); if (q !== undefined && q !== field.value.trim()) { field.value = q; search(); } });
  field.value = b.hash().get("q") || "";
  if (field.value) search(); else field.focus();
})();
