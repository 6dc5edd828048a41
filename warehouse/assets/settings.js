"use strict";
// Before anything is drawn: the language of labels and the colours that the reader chose, else the browser's.
(function () {
  const root = document.documentElement;
  function kept(name) { try { return localStorage.getItem("baogao." + name); } catch { return null; } }
  root.dataset.lang = kept("lang") || (/^zh/i.test(navigator.language || "zh") ? "zh" : "en");
  const theme = kept("theme");
  if (theme) root.dataset.theme = theme;
  const store = new Map();
  // Data files hand over what they hold by baogao.put; pages take it by baogao.get.
  window.baogao = {
    put(name, value) { store.set(name, value); },
    get(name) { return store.get(name); },
    drop(name) { store.delete(name); },
    keep(name, value) { try { localStorage.setItem("baogao." + name, value); } catch { /* private windows keep nothing */ } },
    get lang() { return root.dataset.lang; },
    base: "",
  };
})();
