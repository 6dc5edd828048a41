"use strict";
// Charts, drawn by Observable Plot: lines of what happened with targets beside them, and ranked bars with targets on them.
(function () {
  const b = window.baogao;
  const COLOURS = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)", "var(--c7)", "var(--c8)"];
  b.colour = i => COLOURS[i % COLOURS.length];
  const FONT = { fontFamily: "inherit", fontSize: "12px", background: "none", overflow: "visible" };
  const SYMBOLS = { exact: "diamond", approx: "circle", lower: "triangle", upper: "triangle", range: "diamond" };

  // What the marks mean; targets never look like actuals.
  b.legend = function (container, hasTargets, hasPreliminary, byRegion) {
    const mark = (sign, zh, en) => b.el("span", {}, b.el("b", { class: sign === "●" || byRegion ? "sign" : "sign aim" }, sign), " ", b.label(zh, en));
    container.replaceChildren(mark("●", "实绩", "actual"));
    if (hasTargets) container.append(mark("◇", "目标", "target"), mark("△", "目标：以上", "target: at least"), mark("▽", "目标：以内", "target: at most"), mark("○", "目标：左右", "target: about"), mark("▮", "目标区间", "target range"));
    if (hasPreliminary) container.append(b.el("span", {}, b.el("span", { class: "swatch" }), " ", b.label("浅色：初步数", "lighter: preliminary")));
    container.append(b.el("span", { class: "soft" }, b.label("点击标记看原句", "Click a mark for its sentence")));
  };

  // What a click on a point shows.
  b.pointCard = function (point) {
    const title = b.el("small");
    b.textOf(point.document, point.told).then(found => title.append(b.plain(found.title)), () => {});
    return [
      b.el("p", { class: "head" }, b.el("b", {}, b.regionName(point.region), " ", String(point.year)), " ", b.label(...b.modalities[point.modality]), " ", b.el("b", {}, b.reading(point.value, point.high, point.bound, point.unit)), point.preliminary ? b.el("small", {}, " ", b.label("初步数", "preliminary")) : ""),
      b.sentence(point),
      b.el("p", {}, b.el("a", { href: href(point) }, b.label("到原文 →", "To its place →")), " ", title),
    ];
  };

  // Marks drawn as links get the card on hover, focus and click; a click with a modifier follows the link.
  function attach(svg, points) {
    const byPlace = new Map(points.map(point => [href(point), point]));
    for (const link of svg.querySelectorAll("a")) {
      const point = byPlace.get(b.address(link));
      if (!point) continue;
      link.setAttribute("aria-label", [b.regionName(point.region), point.year, b.word(b.modalities, point.modality), b.reading(point.value, point.high, point.bound, point.unit)].join(" "));
      link.addEventListener("pointerenter", () => b.showCard(link, b.pointCard(point), false));
      link.addEventListener("pointerleave", b.leaveCard);
      link.addEventListener("focus", () => b.showCard(link, b.pointCard(point), false));
      link.addEventListener("blur", b.leaveCard);
      link.addEventListener("click", event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        b.showCard(link, b.pointCard(point), true);
      });
    }
  }

  const href = point => b.place(point.document, point.told, point.at);
  // How wide a name is drawn: Chinese characters are about twice as wide as letters.
  const breadth = name => [...name].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? 13 : 7), 0);

  function segments(points) {
    const found = [];
    for (let i = 1; i < points.length; i++) if (points[i].region === points[i - 1].region) found.push({ a: points[i - 1], z: points[i], gap: points[i].year - points[i - 1].year > 1 });
    return found;
  }

  function targetMarks(targets, colour, put) {
    const marks = [], ranges = targets.filter(point => point.high !== null);
    const common = { x: "year", y: d => put(d.value), stroke: colour, fill: "var(--ground)", strokeWidth: 1.8, r: 5, href };
    marks.push(Plot.ruleX(ranges, { x: "year", y1: d => put(d.value), y2: d => put(d.high), stroke: colour, strokeWidth: 9, strokeOpacity: 0.35, href }));
    for (const bound of ["exact", "approx", "lower", "upper"]) {
      const found = targets.filter(point => point.high === null && point.bound === bound);
      if (found.length) marks.push(Plot.dot(found, { ...common, symbol: SYMBOLS[bound], rotate: bound === "upper" ? 180 : 0 }));
    }
    return marks;
  }

  // Labels at the ends of lines, moved apart so that none covers another.
  function spread(labels, height, gap) {
    labels.sort((one, other) => one.at - other.at);
    let last = -Infinity;
    for (const label of labels) { label.at = Math.max(label.at, last + gap); last = label.at; }
    let limit = height;
    for (const label of [...labels].reverse()) { label.at = Math.min(label.at, limit); limit = label.at - gap; }
    return labels;
  }

  // The range that an axis shows: far outliers, few among many, are left outside, since the others would be squeezed to nothing.
  b.range = function (values) {
    const sorted = [...values].sort((one, other) => one - other), at = share => sorted[Math.round(share * (sorted.length - 1))];
    const [least, most] = [sorted[0], sorted[sorted.length - 1]];
    if (sorted.length < 6) return { low: least, high: most, cut: false };
    const middle = at(0.5), reach = 5 * Math.max(at(0.75) - at(0.25), 0.02 * Math.abs(middle));
    const near = sorted.filter(value => Math.abs(value - middle) <= reach), size = 3 * Math.max(...near.map(Math.abs));
    const shown = sorted.filter(value => Math.abs(value) <= size || Math.abs(value - middle) <= reach);
    if (shown.length === sorted.length || shown.length < 0.8 * sorted.length) return { low: least, high: most, cut: false };
    return { low: shown[0], high: shown[shown.length - 1], cut: true };
  };
  const within = (range, value) => Math.min(range.high, Math.max(range.low, value));
  const beyond = (range, value) => (value > range.high ? 1 : value < range.low ? -1 : 0);
  const cutNote = () => b.el("p", { class: "soft cut-note" }, b.label("带箭头的数值超出坐标范围，按边界画出。", "Figures with an arrow lie beyond the axis and are drawn at its end."));

  // options: points (of one statistic and unit), regions (codes, in the order of colours), unit, statistic, small, domain, years
  b.seriesChart = function (container, options) {
    const { points, regions, unit, statistic } = options;
    const actuals = points.filter(point => point.modality === "actual").sort((one, other) => regions.indexOf(one.region) - regions.indexOf(other.region) || one.year - other.year);
    const targets = points.filter(point => point.modality === "target");
    if (!points.length) { container.replaceChildren(b.el("p", { class: "soft" }, b.label("没有读数", "No figures"))); return null; }
    const values = points.flatMap(point => (point.high === null ? [point.value] : [point.value, point.high]));
    const range = options.range || b.range(values), put = value => within(range, value);
    const [size, word] = b.scale(Math.max(Math.abs(range.low), Math.abs(range.high)), unit);
    const colour = options.colours ? point => options.colours.get(point.region) : "var(--c1)";
    const width = Math.max(260, Math.floor(container.getBoundingClientRect().width || options.width || 640));
    const height = options.height || (options.small ? 170 : Math.round(Math.min(440, Math.max(260, width * 0.5))));
    const years = options.years || [Math.min(...points.map(p => p.year)), Math.max(...points.map(p => p.year))];
    // Amounts begin at zero; rates and growth show zero only where figures come near it.
    const { low, high } = range, room = (high - low || Math.abs(high) || 1) * 0.12;
    const amounts = !["percent", "pp", "year", "times"].includes(unit) || statistic === "growth_rate";
    const domain = options.domain || [amounts ? Math.min(0, low - (low < 0 ? room : 0)) : low >= 0 ? Math.max(0, low - room) : low - room, amounts ? Math.max(0, high + room) : high + room];
    const together = regions.length > 1 && !options.small;
    const longest = together ? Math.max(...regions.map(code => breadth(b.regionName(code)))) : 0;
    const marginRight = together ? Math.min(width / 3, 24 + longest) : 34;
    const yLabel = (b.scaledUnit(word, unit) || b.say("数值", "value")) + (statistic === "growth_rate" ? b.say("，比上年", ", on the year before") : "");
    const span = Math.max(1, years[1] - years[0]), step = [1, 2, 5, 10, 20].find(each => span / each <= width / 62) || 20;
    const ticks = []; for (let year = Math.ceil(years[0] / step) * step; year <= years[1]; year += step) ticks.push(year);
    const base = {
      width, height, marginLeft: 52, marginRight, marginTop: 30, marginBottom: 28, style: FONT,
      x: { domain: [years[0] - (span < 3 ? 0.5 : 0.2), years[1] + (span < 3 ? 0.5 : 0.2)], ticks, tickFormat: year => String(year), label: null },
      y: { domain, nice: !options.domain, grid: true, ticks: options.small ? 4 : 6, label: options.small ? null : yLabel, labelArrow: "none", tickFormat: value => b.number(value / size) },
      marks: [
        ...(domain[0] <= 0 ? [Plot.ruleY([0], { stroke: "currentColor", strokeWidth: 1 })] : []),
        // Dotted where years in between are not told.
        ...[false, true].map(gap => Plot.link(segments(actuals).filter(each => each.gap === gap), { x1: d => d.a.year, y1: d => put(d.a.value), x2: d => d.z.year, y2: d => put(d.z.value), stroke: d => (options.colours ? options.colours.get(d.a.region) : "var(--c1)"), strokeWidth: gap ? 1.5 : 2, strokeDasharray: gap ? "1.5 5" : undefined })),
        ...targetMarks(targets, options.colours ? colour : "var(--aim)", put),
        Plot.dot(actuals, { x: "year", y: d => put(d.value), r: 4, fill: colour, stroke: "var(--ground)", strokeWidth: 1, href }),
      ],
    };
    const cut = points.filter(point => beyond(range, point.value));
    if (cut.length) base.marks.push(Plot.text(cut, { x: "year", y: d => put(d.value), text: d => (beyond(range, d.value) > 0 ? "▲ " : "▼ ") + b.amount(d.value, unit), dy: d => -14 * beyond(range, d.value) }));
    if (options.small || !together) {
      const last = actuals[actuals.length - 1];
      if (last && !beyond(range, last.value)) base.marks.push(Plot.text([last], { x: "year", y: "value", text: d => b.amount(d.value, unit), dy: -12, fontWeight: 600 }));
    } else {
      const first = Plot.plot(base).scale("y");
      const ends = regions.map(code => { const own = [...actuals, ...targets].filter(point => point.region === code).sort((one, other) => one.year - other.year); return own[own.length - 1]; }).filter(Boolean);
      for (const label of spread(ends.map(point => ({ point, at: first.apply(put(point.value)) })), height - 30, 15)) {
        base.marks.push(Plot.text([label.point], { frameAnchor: "right", y: first.invert(label.at), text: () => b.regionName(label.point.region), textAnchor: "start", dx: 8, fill: options.colours.get(label.point.region), fontWeight: 600 }));
      }
    }
    const svg = Plot.plot(base);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", options.title || "");
    container.replaceChildren(svg, ...(cut.length && !options.small ? [cutNote()] : []));
    attach(svg, points);
    return svg;
  };

  // options: rows {region, actual: point or null, target: point or null, met}, unit, statistic
  b.barChart = function (container, options) {
    const { rows, unit } = options;
    if (!rows.length) { container.replaceChildren(b.el("p", { class: "soft" }, b.label("没有读数", "No figures"))); return null; }
    const values = rows.flatMap(row => [row.actual, row.target]).filter(Boolean).flatMap(point => (point.high === null ? [point.value] : [point.value, point.high]));
    const range = b.range(values), put = value => within(range, value);
    const [size, word] = b.scale(Math.max(Math.abs(range.low), Math.abs(range.high)), unit);
    const width = Math.max(280, Math.floor(container.getBoundingClientRect().width || 640));
    const name = row => row.region, arrow = value => ["◀ ", "", "▶ "][beyond(range, value) + 1];
    const longest = Math.max(...rows.map(row => breadth(b.regionName(row.region))));
    const label = b.scaledUnit(word, unit);
    const bars = rows.filter(row => row.actual), marked = rows.filter(row => row.target), points = [];
    for (const row of rows) for (const point of [row.actual, row.target]) if (point) points.push(point);
    const ranges = marked.filter(row => row.target.high !== null), place = kind => row => href(row[kind]);
    const marks = [
      Plot.barX(bars, { y: name, x: row => put(row.actual.value), fill: "var(--c1)", fillOpacity: row => (row.actual.preliminary ? 0.6 : 0.95), insetTop: 2, insetBottom: 2, href: place("actual") }),
      Plot.link(ranges, { x1: row => put(row.target.value), x2: row => put(row.target.high), y1: name, y2: name, stroke: "var(--aim)", strokeWidth: 8, strokeOpacity: 0.5, href: place("target") }),
      Plot.ruleX([0], { stroke: "currentColor" }),
    ];
    for (const bound of ["exact", "approx", "lower", "upper"]) {
      const found = marked.filter(row => row.target.high === null && row.target.bound === bound);
      if (found.length) marks.push(Plot.dot(found, { y: name, x: row => put(row.target.value), symbol: SYMBOLS[bound], rotate: bound === "lower" ? 90 : bound === "upper" ? -90 : 0, r: 5.5, stroke: "var(--aim)", fill: "var(--ground)", strokeWidth: 2, href: place("target") }));
    }
    marks.push(Plot.text(bars, { y: name, x: row => put(row.actual.value < 0 ? row.actual.value : Math.max(row.actual.value, row.target ? row.target.high ?? row.target.value : -Infinity)), text: row => arrow(row.actual.value) + b.reading(row.actual.value, row.actual.high, row.actual.bound, unit) + (row.target && beyond(range, row.target.value) ? " ◇" + arrow(row.target.value) + b.reading(row.target.value, row.target.high, row.target.bound, unit) : ""), textAnchor: "start", dx: 9, fontVariant: "tabular-nums" }));
    const svg = Plot.plot({
      width, height: 60 + rows.length * 24, marginLeft: Math.min(width / 3, 16 + longest), marginRight: 84, marginTop: 34, marginBottom: 8, style: FONT,
      x: { axis: "top", grid: true, label: label, labelArrow: "none", nice: true, zero: true, ticks: Math.max(3, Math.floor(width / 120)), tickFormat: value => b.number(value / size) },
      y: { domain: rows.map(name), tickFormat: b.regionName, label: null, tickSize: 0 },
      marks,
    });
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", options.title || "");
    container.replaceChildren(svg, ...(range.cut ? [cutNote()] : []));
    attach(svg, points);
    return svg;
  };

  b.key = (...parts) => parts.join("|");
  b.source = (point, said) => b.link(point.document, point.told, point.at, said ?? b.reading(point.value, point.high, point.bound, point.unit));

  // What can be shown of an indicator: statistic and unit, the one with most points first.
  b.measures = function (points) {
    const counts = new Map();
    for (const point of points) counts.set(b.key(point.statistic, point.unit), (counts.get(b.key(point.statistic, point.unit)) || 0) + 1);
    return [...counts].sort((one, other) => other[1] - one[1]).map(([key, count]) => ({ key, statistic: key.split("|")[0], unit: key.split("|")[1], count }));
  };
  b.measureName = each => b.word(b.statistics, each.statistic) + (b.unit(each.unit) ? " · " + b.unit(each.unit) : "") + " (" + each.count + ")";
})();
