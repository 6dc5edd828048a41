"use strict";
// What all pages share: labels, elements, numbers for people, the card with a sentence, filters of tables.
(function () {
  const b = window.baogao;
  const root = document.documentElement;
  b.base = document.body.dataset.base;

  b.say = (zh, en) => (b.lang === "en" ? en : zh);

  // An element: el("a", {href: …}, "text", other elements). Text is only ever set as text.
  b.el = function (name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (key in made && typeof value !== "string") made[key] = value;
      else made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.flat(Infinity).filter(each => each !== null && each !== undefined && each !== ""));
    return made;
  };
  // A label in both languages; the style sheet shows the one that is chosen.
  b.label = (zh, en) => b.el("span", {}, b.el("span", { class: "zh", lang: "zh" }, zh), b.el("span", { class: "en", lang: "en" }, en));

  // Columns of a data file as rows; columns of words that are counted in a list (statistic, bound …) get their words back.
  b.rows = function (columns) {
    if (!columns) return [];
    const codes = b.index().raw.codes, names = Object.keys(columns);
    const lists = names.map(name => { const words = codes[name.replace(/^.*_/, "")]; return words ? columns[name].map(code => (code === null ? null : words[code])) : columns[name]; });
    return (lists[0] || []).map((_, row) => { const made = {}; for (let i = 0; i < names.length; i++) made[names[i]] = lists[i][row]; return made; });
  };

  const loading = new Map();
  b.load = function (name) {
    if (b.get(name) !== undefined) return Promise.resolve(b.get(name));
    if (!loading.has(name)) loading.set(name, new Promise((resolve, reject) => {
      const script = b.el("script", { src: b.base + "data/" + name.split("/").map(encodeURIComponent).join("/") + ".js" });
      script.addEventListener("load", () => { script.remove(); loading.delete(name); resolve(b.get(name)); });
      script.addEventListener("error", () => { script.remove(); loading.delete(name); reject(new Error(name)); });
      document.head.append(script);
    }));
    return loading.get(name);
  };

  // Texts: documents stand in files by report year and the first two digits of their id. Some files are kept, the last ones used.
  const KEPT = 48, kept = [];
  b.file = (id, year) => (year === null || year === undefined || year === "" ? "none" : year) + "/" + id.slice(0, 2);
  b.texts = async function (file) {
    const at = kept.indexOf(file);
    if (at >= 0) kept.splice(at, 1);
    kept.push(file);
    if (kept.length > KEPT) b.drop("text/" + kept.shift());
    return b.load("text/" + file);
  };
  b.textOf = async (id, year) => { const found = (await b.texts(b.file(id, year)))[id]; return { title: found[0], region: found[1], text: found[3] }; };
  // Offsets in the warehouse count characters; scripts count those beyond the first 65,536 as two.
  b.units = function (text) {
    const far = [];
    for (const found of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) far.push(found.index - far.length);
    return far.length ? at => { let low = 0, high = far.length; while (low < high) { const mid = (low + high) >> 1; if (far[mid] < at) low = mid + 1; else high = mid; } return at + low; } : at => at;
  };
  // Control characters and marks of direction are shown, not obeyed.
  b.plain = text => text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, sign => "\\" + (sign.charCodeAt(0) < 256 ? "x" + sign.charCodeAt(0).toString(16).padStart(2, "0") : "u" + sign.charCodeAt(0).toString(16)));

  let index = null;
  b.index = function () {
    if (index) return index;
    const raw = b.get("index");
    index = {
      raw,
      indicators: new Map(raw.indicators.map(([id, zh, en, direction, aliases, dimension, count]) => [id, { id, zh, en, direction, aliases, dimension, count }])),
      regions: new Map(raw.regions.map(([code, zh, en, level, province, provinceEn, documents, years]) => [code, { code, zh: b.plain(zh || code), en: b.plain(en || zh || code), level, province: province || "", provinceEn: provinceEn || "", documents, years }])),
      units: new Map(raw.units.map(([std, zh, en]) => [std, { zh, en }])),
    };
    return index;
  };
  b.region = code => (b.index().regions.get(code) || { code, zh: code, en: code, level: "", province: "", provinceEn: "", documents: 0, years: [] });
  // Two regions of one name (朝阳区) are told apart by their province.
  const counted = {};
  const ofProvince = province => province.replace(/(省|市|.{0,6}自治区)$/, "");
  b.regionName = function (code) {
    const lang = b.lang === "en" ? "en" : "zh";
    if (!counted[lang]) { counted[lang] = new Map(); for (const each of b.index().regions.values()) counted[lang].set(each[lang], (counted[lang].get(each[lang]) || 0) + 1); }
    const region = b.region(code), name = region[lang];
    if (!(counted[lang].get(name) > 1) || !region.province) return name;
    return lang === "en" ? name + ", " + region.provinceEn : ofProvince(region.province) + name;
  };
  b.regionPlace = code => b.base + "region.html?code=" + encodeURIComponent(code);
  b.regionLink = code => b.el("a", { href: b.regionPlace(code) }, b.regionName(code));
  b.provinceName = region => b.plain(b.say(region.province, region.provinceEn));
  b.type = name => b.index().raw.types[name] || [name, name, "?"];

  b.statistics = { level: ["水平", "level"], growth_rate: ["增长率", "growth"], change: ["变动", "change"], multiple: ["倍数", "multiple"] };
  b.modalities = { actual: ["实绩", "actual"], target: ["目标", "target"] };
  b.bounds = { exact: ["", ""], approx: ["左右", "about"], lower: ["以上", "at least"], upper: ["以内", "at most"], range: ["区间", "range"] };
  b.word = (table, key) => (table[key] ? b.say(...table[key]) : key || "");

  const SCALES = { zh: [[1e12, "万亿"], [1e8, "亿"], [1e4, "万"]], en: [[1e12, "tn"], [1e9, "bn"], [1e6, "m"]] };
  const plain = new Set(["percent", "pp", "times", "year", "day", "month", "workday", "ug/m3"]);
  b.scale = function (largest, unit) {
    if (plain.has(unit)) return [1, ""];
    return SCALES[b.lang === "en" ? "en" : "zh"].find(([size]) => Math.abs(largest) >= size) || [1, ""];
  };
  b.unit = function (unit) {
    const found = b.index().units.get(unit);
    const said = { percent: ["%", "%"], pp: ["个百分点", "percentage points"], count: ["", ""], times: ["倍", "times"] }[unit];
    if (said) return b.say(...said);
    return found ? b.say(found.zh, found.en) : unit;
  };
  // The unit of an axis: 亿元, bn yuan.
  b.scaledUnit = (word, unit) => word + (word && b.lang === "en" ? " " : "") + b.unit(unit);
  const number = digits => new Intl.NumberFormat("en", { maximumSignificantDigits: digits });
  const precise = number(6), rough = number(4);
  b.number = value => precise.format(value).replace("-", "−");
  b.amount = function (value, unit) {
    if (value === null || value === undefined) return "";
    const [size, word] = b.scale(value, unit);
    return rough.format(value / size).replace("-", "−") + (word && b.lang === "en" ? " " : "") + word + (unit === "percent" ? "%" : unit === "pp" ? b.say("个百分点", " pp") : "");
  };
  // A reading as people write it: 5%左右, 4.5–5%, ≥ 6%.
  b.reading = function (value, high, bound, unit) {
    if (value === null || value === undefined) return "";
    const said = high !== null && high !== undefined ? b.amount(value, unit).replace(/%$/, "") + "–" + b.amount(high, unit) : b.amount(value, unit);
    if (bound === "approx") return b.say(said + "左右", "≈ " + said);
    if (bound === "lower") return b.say(said + "以上", "≥ " + said);
    if (bound === "upper") return b.say(said + "以内", "≤ " + said);
    return said;
  };
  // A difference of rates is in percentage points.
  b.gap = (value, unit) => (value === null || value === undefined ? "" : (value > 0 ? "+" : "") + b.amount(value, unit === "percent" ? "pp" : unit));
  b.page = (id, year) => b.base + "document.html?id=" + encodeURIComponent(id) + (year === null || year === undefined ? "" : "&year=" + year);
  b.place = (id, year, at) => b.page(id, year) + "#n" + at;
  // The address of a link, in HTML or in SVG.
  b.address = link => link.getAttribute("href") || link.getAttributeNS("http://www.w3.org/1999/xlink", "href") || "";
  b.link = (id, year, at, said) => b.el("a", { href: b.place(id, year, at) }, said);
  b.met = function (met) {
    if (met === true) return b.el("span", { class: "good" }, "✔ ", b.label("完成", "met"));
    if (met === false) return b.el("span", { class: "bad" }, "✘ ", b.label("未完成", "missed"));
    return b.el("span", { class: "soft" }, "–");
  };

  // The card: the sentence behind a number, with the way to its place.
  const card = document.getElementById("card");
  let pinned = false, from = null;
  function fill(parts) { card.replaceChildren(...parts); card.hidden = false; }
  b.showCard = function (anchor, parts, pin) {
    if (pinned && !pin) return;
    pinned = Boolean(pin);
    card.classList.toggle("pinned", pinned);
    fill(pinned ? [b.el("button", { type: "button", class: "close", "aria-label": "Close 关闭", onclick: b.hideCard }, "×"), ...parts] : parts);
    const box = anchor.getBoundingClientRect(), own = card.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left + box.width / 2 - own.width / 2, document.documentElement.clientWidth - own.width - 8));
    const above = box.top - own.height - 10;
    card.style.left = left + window.scrollX + "px";
    card.style.top = (above > 0 ? above : box.bottom + 10) + window.scrollY + "px";
    if (pinned) { from = anchor; card.querySelector("a")?.focus({ preventScroll: true }); }
  };
  b.hideCard = function () {
    if (pinned) { from?.focus?.({ preventScroll: true }); }
    pinned = false;
    card.hidden = true;
  };
  b.leaveCard = () => { if (!pinned) card.hidden = true; };
  document.addEventListener("keydown", event => { if (event.key === "Escape" && !card.hidden) b.hideCard(); });
  document.addEventListener("pointerdown", event => { if (pinned && !card.contains(event.target) && !event.target.closest?.("svg a")) b.hideCard(); });

  // What stands around a number in its sentence, from the text itself.
  const BEFORE = 70, BEHIND = 90, HEADING = /^\s*(?:[一二三四五六七八九十]+、|[（(]|第.{1,4}[章节部])[^。，]{0,28}$/;
  b.around = function (text, at, length) {
    const unit = b.units(text), start = unit(at), end = unit(at + length);
    let from = start, to = end;
    for (; from > 0 && start - from <= BEFORE && !/[。！？；]/.test(text[from - 1]); from--) if (text[from - 1] === "\n" && HEADING.test(text.slice(text.lastIndexOf("\n", from - 2) + 1, from - 1))) break;
    while (to < text.length && to - end <= BEHIND && !/[。！？；]/.test(text[to])) to++;
    const said = part => b.plain(part.replace(/\s*\n\s*/g, ""));
    const before = said(text.slice(from, start)).trimStart(), behind = said(text.slice(end, to + 1)).trimEnd();
    return [start - from > BEFORE ? "…" + before.slice(-BEFORE) : before, said(text.slice(start, end)), to - end > BEHIND ? behind.slice(0, BEHIND) + "…" : behind];
  };
  // The sentence of a number: an element that is filled once its text is there. With `seen` it waits until it is on the screen.
  const seen = new IntersectionObserver(entries => { for (const each of entries) if (each.isIntersecting) { seen.unobserve(each.target); each.target.fill(); } }, { rootMargin: "200px" });
  b.sentence = function (place, name, waits) {
    const made = b.el(name || "p", { class: "said", lang: "zh" }, "…");
    made.fill = async () => {
      try {
        const { text } = await b.textOf(place.document, place.told), [before, number, behind] = b.around(text, place.at, place.length);
        made.replaceChildren(before, b.el("mark", {}, number), behind);
      } catch { made.replaceChildren(b.label("原文不在此站点", "The text is not in this site")); }
    };
    if (waits) seen.observe(made); else made.fill();
    return made;
  };
  b.quote = place => b.sentence(place, "small", true);

  // A table that shows some rows and has a button for more; heads are [zh, en, class], line makes the cells of an item.
  b.table = function (heads, items, line, step = 100) {
    const body = b.el("tbody"), more = b.el("button", { type: "button" });
    let shown = 0;
    function show(count) {
      const rows = [];
      for (const end = Math.min(items.length, shown + count); shown < end; shown++) rows.push(b.el("tr", {}, line(items[shown], shown).map((cell, i) => b.el("td", { class: heads[i][2] }, cell))));
      body.append(...rows);
      more.hidden = shown >= items.length;
      more.replaceChildren(b.label(`再显示 ${Math.min(step * 5, items.length - shown)} 行（共 ${items.length}）`, `${Math.min(step * 5, items.length - shown)} more rows (of ${items.length})`));
    }
    more.addEventListener("click", () => show(step * 5));
    show(step);
    return [b.el("div", { class: "scroll" }, b.el("table", {}, b.el("thead", {}, b.el("tr", {}, heads.map(([zh, en, kind]) => b.el("th", { class: kind }, b.label(zh, en))))), body)), b.el("p", { class: "noprint" }, more)];
  };
  // A list with a filter: `said` is what the words of the filter are looked for in. draw() makes the table anew.
  b.list = function (place, input, heads, items, said, line, fits = () => true) {
    const shown = document.getElementById(input.dataset.shown);
    function draw() {
      const words = input.value.toLowerCase().split(/[\s　]+/).filter(Boolean);
      const found = items.filter(item => { item.said ??= said(item).toLowerCase(); return fits(item) && words.every(word => item.said.includes(word)); });
      shown.textContent = found.length === items.length ? String(items.length) : found.length + " / " + items.length;
      place.replaceChildren(...b.table(heads, found, line));
    }
    let due = 0;
    input.addEventListener("input", () => { clearTimeout(due); due = setTimeout(draw, 80); });
    document.addEventListener("baogao:redraw", draw);
    draw();
    return draw;
  };
  // Filters of tables that stand in the page: <input class="filter" data-for="ID of a table">
  b.filter = function (input) {
    const body = document.querySelector("#" + input.dataset.for + " tbody"), shown = document.getElementById(input.dataset.for + "-shown");
    if (!body) return;
    function apply() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const row of body.rows) {
        row.said ??= row.textContent.toLowerCase();
        row.hidden = !words.every(word => row.said.includes(word));
        count += !row.hidden;
      }
      if (shown) shown.textContent = words.length ? count + " / " + body.rows.length : "";
    }
    input.addEventListener("input", apply);
    if (input.value) apply();
  };
  document.querySelectorAll("input.filter[data-for]").forEach(b.filter);

  // Forms that lead to the search; a form of a page that may not send anything is handled here.
  document.getElementById("find")?.addEventListener("submit", event => {
    event.preventDefault();
    const wanted = document.getElementById("wanted").value.trim();
    if (wanted && !document.getElementById("hits")) location.href = b.base + "search.html#q=" + encodeURIComponent(wanted);
  });

  document.getElementById("language").addEventListener("click", () => {
    root.dataset.lang = b.lang === "en" ? "zh" : "en";
    b.keep("lang", root.dataset.lang);
    document.dispatchEvent(new Event("baogao:redraw"));
  });
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    b.keep("theme", root.dataset.theme);
  });
  document.addEventListener("keydown", event => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      const field = document.querySelector("#wanted, input.filter");
      if (field) { event.preventDefault(); field.focus(); }
    }
  });
  // A page whose size changes draws its charts anew, not more often than it can.
  let width = window.innerWidth, due = 0;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(due);
    due = setTimeout(() => document.dispatchEvent(new Event("baogao:redraw")), 120);
  });
  b.hash = () => new Map(location.hash.slice(1).split("&").filter(Boolean).map(each => { const at = each.indexOf("="); return [each.slice(0, at), decodeURIComponent(each.slice(at + 1))]; }));
  b.setHash = function (values) {
    const said = Object.entries(values).filter(([, value]) => value).map(([key, value]) => key + "=" + encodeURIComponent(value)).join("&");
    history.replaceState(null, "", "#" + said);
  };
})();
