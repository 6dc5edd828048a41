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

  // Rows of a data file as objects: fields name the columns, columns in `shared` point into `texts`.
  b.rows = function (packed) {
    const shared = new Set(packed.shared);
    return packed.rows.map(row => {
      const made = {};
      packed.fields.forEach((name, i) => { made[name] = shared.has(i) && row[i] !== null ? packed.texts[row[i]] : row[i]; });
      return made;
    });
  };

  b.load = function (name) {
    if (b.get(name) !== undefined) return Promise.resolve(b.get(name));
    return new Promise((resolve, reject) => {
      const script = b.el("script", { src: b.base + "data/" + name + ".js" });
      script.addEventListener("load", () => { script.remove(); resolve(b.get(name)); });
      script.addEventListener("error", () => reject(new Error(name)));
      document.head.append(script);
    });
  };

  let index = null;
  b.index = function () {
    if (index) return index;
    const raw = b.get("index");
    index = {
      raw,
      indicators: new Map(raw.indicators.map(([id, zh, en, direction, aliases, dimension, count]) => [id, { id, zh, en, direction, aliases, dimension, count }])),
      regions: new Map(raw.regions.map(([code, name, level, province, years]) => [code, { code, name, level, province, years }])),
      units: new Map(raw.units.map(([std, zh, en]) => [std, { zh, en }])),
      documents: new Map(raw.documents.map(([id, title, region, year, type, metrics, path]) => [id, { id, title, region, year, type, metrics, path }])),
    };
    return index;
  };
  b.region = code => (b.index().regions.get(code) || { code, name: code, level: "", province: "" });
  // Two regions of one name (朝阳区) are told apart by their province.
  let names = null;
  b.regionName = function (code) {
    if (!names) { names = new Map(); for (const each of b.index().regions.values()) names.set(each.name, (names.get(each.name) || 0) + 1); }
    const region = b.region(code);
    return names.get(region.name) > 1 && region.province ? region.province.replace(/(省|市|.{0,6}自治区)$/, "") + region.name : region.name;
  };

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
  b.place = (id, at) => b.base + "documents/" + encodeURIComponent(id) + ".html#n" + at;
  // The address of a link, in HTML or in SVG.
  b.address = link => link.getAttribute("href") || link.getAttributeNS("http://www.w3.org/1999/xlink", "href") || "";
  b.link = (id, at, said, title) => b.el("a", { href: b.place(id, at), title }, said);
  b.met = function (met) {
    if (met === true) return b.el("span", { class: "good" }, "✔ ", b.label("完成", "met"));
    if (met === false) return b.el("span", { class: "bad" }, "✘ ", b.label("未完成", "missed"));
    return b.el("span", { class: "soft" }, "–");
  };

  // The card: the sentence behind a number, with the way to its place.
  const card = document.getElementById("card");
  let pinned = false, from = null;
  b.sentence = point => b.el("p", { class: "said", lang: "zh" }, point.before, b.el("mark", {}, point.number), point.behind);
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

  // Filters: <input class="filter" data-for="ID of a table">
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
  document.querySelectorAll("input.filter").forEach(b.filter);

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
