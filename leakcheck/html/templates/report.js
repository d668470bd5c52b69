"use strict";
/* Makes the page sort, filter and draw; without it all text is there. What comes from the session
   is set as text, never as markup, but for the leaks that Python rendered and escaped (unpack). */
(() => {
  const root = document.documentElement;
  root.classList.add("scripted-page");
  const THEME = "leakcheck-theme";
  const ROW = 25; // height of a call in a tree, in pixels
  const ROWS = 300; // of the table that are laid out before more are asked for
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const json = (id) => JSON.parse(document.getElementById(id).textContent);
  const count = (number) => number.toLocaleString("en-US");
  const percent = (part) => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
  const once = (make) => { let made; return () => (made ??= make()); };
  // Controls, marks of direction and the like as escapes, as in the other reports.
  const plain = (text) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
  const make = (name, attributes = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const CAN_UNPACK = "DecompressionStream" in window; // else the texts and lists stay
  const data = once(() => json("data"));

  /* What Python packed: deflated JSON in base64, as text. */
  async function unpacked(packed) {
    const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
  }
  const profileText = once(() => unpacked(data().profile));
  const trees = once(async () => {
    const [profile, more] = await Promise.all([profileText(), unpacked(data().more)]);
    return { ...JSON.parse(profile), ...JSON.parse(more) };
  });

  /* Theme */
  const stored = () => { try { return localStorage.getItem(THEME); } catch { return null; } };
  const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  if (["light", "dark"].includes(stored())) root.dataset.theme = stored();

  function startTheme() {
    const button = $("#theme");
    const tell = () => button.setAttribute("aria-pressed", String(isDark()));
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem(THEME, root.dataset.theme); } catch { /* then it lasts as long as the page */ }
      tell();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
    tell();
  }

  function startDownload() {
    $("#speedscope").hidden = !CAN_UNPACK;
    $("#speedscope").addEventListener("click", async () => {
      const text = await profileText();
      const link = make("a", { download: "leakcheck.speedscope.json", href: URL.createObjectURL(new Blob([text], { type: "application/json" })) });
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  /* The tree of one or more profiles: a node has frame, value, bytes, own, above, below. */
  function treeOf({ profiles, bytes: sizes }, numbers) {
    const top = { frame: -1, value: 0, bytes: 0, own: 0, depth: 0, above: null, below: new Map() };
    for (const number of numbers) {
      const { samples, weights } = profiles[number];
      samples.forEach((stack, at) => {
        const bytes = sizes[number][at];
        let node = top;
        const add = () => { node.value += weights[at]; node.bytes += bytes; };
        add();
        for (const frame of stack) {
          if (!node.below.has(frame)) node.below.set(frame, { frame, value: 0, bytes: 0, own: 0, depth: node.depth + 1, above: node, below: new Map() });
          node = node.below.get(frame);
          add();
        }
        node.own += weights[at];
      });
    }
    const order = [top];
    for (const node of order) {
      node.kids = [...node.below.values()].sort((a, b) => b.value - a.value);
      order.push(...node.kids);
    }
    return { top, order };
  }

  const isMine = (file) => file !== "" && !/^([/<\\]|[A-Za-z]:)/.test(file) && !/(^|\/)(site|dist)-packages\//.test(file);

  let icicles = 0;

  async function icicle(place, numbers) {
    const known = await trees();
    const { top, order } = treeOf(known, numbers);
    const { frames } = known.shared;
    const name = (node) => node.frame < 0 ? "all that stayed" : plain(frames[node.frame].name) || "?";
    const where = (node) => node.frame < 0 ? "" : frames[node.frame].file === "" ? "(no Python stack)" : plain(`${frames[node.frame].file}:${frames[node.frame].line}`);
    const say = (node) => [name(node), where(node), `${count(node.value)} blocks`, `${percent(node.value / (top.value || 1))} of growth`].filter(Boolean).join(", ");
    const id = `icicle-${icicles += 1}`;
    const search = make("input", { type: "search", "aria-label": "Search the stacks", placeholder: "search function or file", spellcheck: "false" });
    const reset = make("button", { type: "button" }, "Whole tree");
    const matches = make("output", { "aria-live": "polite" });
    const tower = make("div", { class: "tower", role: "tree", "aria-label": "Stacks by growth", "aria-describedby": `${id}-keys` });
    const told = make("p", { class: "told" }); // what a call that is focused is called already
    const keys = make("span", { id: `${id}-keys` }, "arrow keys move, Enter zooms, Escape shows all");
    place.replaceChildren(make("div", { class: "icicle-tools" }, search, reset, matches, make("span", { class: "icicle-keys" }, keys)), tower, told);
    let zoom = top;
    let at = top;
    let needle = "";
    const boxes = new Map();

    function tell(node) {
      const code = node.frame < 0 ? "" : plain(known.code[node.frame]);
      told.replaceChildren(make("strong", {}, name(node)), ` ${where(node)}`, make("br"),
        `${count(node.value)} blocks, ${count(node.bytes)} bytes, ${percent(node.value / (top.value || 1))} of growth${node.own && node.own < node.value ? `, ${count(node.own)} blocks on this line itself` : ""}${code ? "  " : ""}`, make("code", {}, code));
    }

    const fits = (node) => needle !== "" && node.frame >= 0 && `${name(node)} ${where(node)}`.toLowerCase().includes(needle);

    function box(node, left, width) {
      const made = make("div", { role: "treeitem", tabindex: node === at ? "0" : "-1", "aria-level": String(node.depth + 1), "aria-label": say(node) }, node.frame < 0 ? name(node) : `${name(node)}  ${where(node)}`);
      if (node.kids.length) made.setAttribute("aria-expanded", "true");
      made.classList.toggle("all", node.frame < 0);
      made.classList.toggle("mine", node.frame >= 0 && isMine(frames[node.frame].file));
      made.classList.toggle("above", node.depth < zoom.depth);
      if (needle) made.classList.add(fits(node) ? "found" : "miss");
      Object.assign(made.style, { left: `${100 * left}%`, width: `${100 * width}%`, top: `${ROW * node.depth}px` });
      made.addEventListener("click", () => { at = node; zoomTo(node); });
      made.addEventListener("focus", () => { at = node; tell(node); });
      made.addEventListener("mouseenter", () => tell(node));
      boxes.set(node, made);
      return made;
    }

    function draw() {
      boxes.clear();
      const made = [];
      for (let node = zoom.above; node; node = node.above) made.unshift(box(node, 0, 1));
      const waiting = [[zoom, 0, 1]];
      let deepest = zoom.depth;
      while (waiting.length) {
        const [node, left, width] = waiting.pop();
        if (width < 0.0008) continue;
        made.push(box(node, left, width));
        deepest = Math.max(deepest, node.depth);
        let x = left;
        for (const kid of node.kids) {
          const share = node.value ? width * kid.value / node.value : 0;
          waiting.push([kid, x, share]);
          x += share;
        }
      }
      tower.replaceChildren(...made);
      tower.style.height = `${ROW * (deepest + 1) + 2}px`;
      reset.disabled = zoom === top;
    }

    function zoomTo(node) {
      zoom = node;
      draw();
      go(node);
    }

    function go(node) {
      if (!node || !boxes.has(node)) return;
      boxes.get(at)?.setAttribute("tabindex", "-1");
      at = node;
      boxes.get(at).setAttribute("tabindex", "0");
      boxes.get(at).focus();
    }

    function beside(step) {
      const level = [...boxes.keys()].filter((node) => node.depth === at.depth);
      level.sort((a, b) => parseFloat(boxes.get(a).style.left) - parseFloat(boxes.get(b).style.left));
      return level[level.indexOf(at) + step];
    }

    const moves = {
      ArrowUp: () => go(at.above), ArrowDown: () => go(at.kids[0]),
      ArrowLeft: () => go(beside(-1)), ArrowRight: () => go(beside(1)),
      Home: () => go(top), Enter: () => zoomTo(at), " ": () => zoomTo(at), Escape: () => { at = top; zoomTo(top); },
    };
    tower.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return;
      event.preventDefault();
      event.stopPropagation();
      moves[event.key]();
    });
    reset.addEventListener("click", () => { at = zoom = top; draw(); tell(top); });
    search.addEventListener("input", () => {
      needle = search.value.trim().toLowerCase();
      draw();
      const found = order.filter(fits);
      const outer = found.filter((node) => { for (let up = node.above; up; up = up.above) if (fits(up)) return false; return true; });
      const part = outer.reduce((sum, node) => sum + node.value, 0) / (top.value || 1);
      matches.textContent = needle ? `${count(found.length)} ${found.length === 1 ? "call" : "calls"}, ${percent(part)} of growth` : "";
    });
    draw();
    tell(top);
  }

  /* A leak of which only the text stands in the page, as Python rendered it. */
  async function drawn(number) {
    const { first, chunk, chunks } = data();
    const texts = JSON.parse(await unpacked(chunks[Math.floor((number - first) / chunk)]));
    const holder = document.createElement("template");
    holder.innerHTML = texts[(number - first) % chunk];
    return holder.content;
  }

  async function ready(body, number) {
    if (!CAN_UNPACK) return;
    if (body.classList.contains("packed")) {
      body.classList.remove("packed");
      body.replaceChildren(await drawn(number));
    }
    const place = $(".icicle", body);
    if (place && !place.hasChildNodes()) {
      await icicle(place, [number]);
      $(".as-list", body).removeAttribute("open");
    }
  }

  /* The table */
  function startTable() {
    const table = $("#table");
    if (!table) return;
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...body.rows].map((row, number) => ({ row, number, below: null, text: null }));
    const link = ({ row }) => row.cells[1].firstElementChild;

    // On a narrow screen some are left out.
    const columns = () => heads.filter((head) => getComputedStyle(head).display !== "none").length;
    addEventListener("resize", () => {
      for (const { below } of rows) if (below) below.cells[0].colSpan = columns();
    });

    async function toggle(one) {
      const inside = document.getElementById(`d${one.number}`);
      const open = one.below === null;
      link(one).setAttribute("aria-expanded", String(open));
      one.row.classList.toggle("opened", open);
      if (!open) {
        document.getElementById(`f${one.number}`).append(inside);
        one.below.remove();
        one.below = null;
        return;
      }
      one.below = make("tr", { class: "shown" }, make("td", { colspan: String(columns()) }, inside));
      one.row.after(one.below);
      await ready(inside, one.number);
    }

    for (const one of rows) {
      const opener = link(one);
      opener.setAttribute("role", "button");
      opener.setAttribute("aria-expanded", "false");
      opener.setAttribute("aria-controls", `d${one.number}`);
    }
    const known = new Map(rows.map((one) => [one.row, one]));
    const rowOf = (target) => known.get(target.closest("tr"));
    body.addEventListener("click", (event) => {
      const one = rowOf(event.target);
      if (!one || String(getSelection()) !== "") return;
      event.preventDefault();
      toggle(one);
    });
    body.addEventListener("keydown", (event) => {
      if (event.key !== " " || !event.target.matches("a[role=button]")) return;
      event.preventDefault();
      toggle(rowOf(event.target));
    });

    /* Sorting */
    const value = (one, column, kind) => {
      const cell = one.row.cells[column];
      return kind === "rank" ? one.number : kind === "number" ? Number(cell.dataset.value) : cell.textContent;
    };
    const compareText = new Intl.Collator("en", { numeric: true }).compare;
    heads.forEach((head, column) => {
      const button = make("button", { type: "button" }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const { kind } = head.dataset;
        const before = head.getAttribute("aria-sort");
        const down = before ? before === "ascending" : kind === "number";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = rows.map((one) => [value(one, column, kind), one]);
        const compare = kind === "text" ? compareText : (a, b) => (a > b) - (a < b);
        keyed.sort(([a, one], [b, other]) => (down ? -1 : 1) * compare(a, b) || one.number - other.number);
        rows.splice(0, rows.length, ...keyed.map(([, one]) => one));
        body.append(...rows.flatMap((one) => one.below ? [one.row, one.below] : [one.row]));
        show();
      });
    });
    heads[0].setAttribute("aria-sort", "ascending");

    /* Filtering */
    const input = $("#filter");
    const boxes = all("#standings input");
    const output = $("#count");
    const more = make("button", { type: "button", id: "more" });
    table.after(more);
    let most = ROWS;
    function show() {
      const needles = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      let found = 0;
      for (const one of rows) {
        if (needles.length) one.text ??= `${one.row.textContent} ${document.getElementById(`d${one.number}`).textContent}`.toLowerCase();
        const fits = (boxes.length === 0 || wanted.has(one.row.cells[0].textContent)) && needles.every((word) => one.text.includes(word));
        found += fits;
        one.row.hidden = !fits || found > most;
        if (one.below) one.below.hidden = one.row.hidden;
      }
      const many = rows.length === 1 ? "1 finding" : `${count(rows.length)} findings`;
      output.textContent = found === rows.length ? many : `${count(found)} of ${many}`;
      more.hidden = found <= most;
      more.textContent = `Show all ${count(found)}`;
    }
    const again = () => { most = ROWS; show(); };
    input.addEventListener("input", again);
    boxes.forEach((box) => box.addEventListener("change", again));
    more.addEventListener("click", () => { most = Infinity; show(); });
    show();
    root.classList.add("started");

    const asked = /^#d(\d+)$/.exec(location.hash);
    const first = rows[asked ? Number(asked[1]) : 0];
    if (first) toggle(first).then(() => { if (asked) first.row.scrollIntoView(); });

    $("#whole").hidden = !CAN_UNPACK;
    const whole = $("#whole details");
    whole.addEventListener("toggle", () => {
      const place = $(".icicle", whole);
      if (whole.open && !place.hasChildNodes()) icicle(place, rows.map((one) => one.number));
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    startTheme();
    startDownload();
    startTable();
  });
})();
