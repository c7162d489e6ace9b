// The list as it is seen: only the rows that are in sight exist, in elements that are used again.
(function (foley) {
  "use strict";

  const ROW_PX = 44;
  const SPARE_ROWS = 6;
  const SHEET_ROWS = 20000;
  const FLAG_WORDS = {
    set_aside: "set_aside", unsure: "unsure", absurd: "absurd", qc: "qc_flag",
    loudness: "loudness_flag", corrected: "corrected", notes: "notes_flag",
  };
  const by = (id) => document.getElementById(id);

  let list = null;
  let found = [];
  let named = null;
  let searches = 0;
  let sheet = 0;
  let pool = [];
  const shown = { bits: 0, region: "", text: "", top: 0, sheet: 0, ...foley.shownNow() };

  function rowElement() {
    const row = foley.make("div", "row", null, { role: "row" });
    row.cells = ["video", "region", "status", "qc", "loudness", "length", "cues", "sounds"].map((name) => {
      const cell = foley.make("span", "cell " + name, "", { role: "cell" });
      row.append(cell);
      return cell;
    });
    row.link = foley.make("a");
    row.cells[0].append(row.link);
    row.link.addEventListener("keydown", moveFocus);
    row.link.row = row;
    return row;
  }

  function fill(element, place, number) {
    element.wanted = number;
    element.style.transform = `translateY(${place * ROW_PX}px)`;
    element.setAttribute("aria-rowindex", String(sheet * SHEET_ROWS + place + 2));
    element.place = place;
    if (element.filled === number) return;
    element.filled = null;
    for (const cell of element.cells.slice(1)) cell.textContent = "";
    element.link.textContent = "";
    element.link.removeAttribute("href");
    list.row(number).then(
      (row) => {
        if (element.wanted === number) show(element, row, number);
      },
      () => {
        element.link.textContent = foley.say("unreadable");
      },
    );
  }

  function show(element, row, number) {
    element.filled = number;
    element.className = "row";
    if (!row) {
      element.link.textContent = foley.say("removed");
      return;
    }
    const flags = list.flagNames.filter((_, place) => (row.f >> place) & 1);
    if (row.d) element.link.href = `video.html#${row.d}:${number}`;
    const texts = [
      row.v || "–", row.r, row.s === "ok" ? foley.say("ok") : foley.say("set_aside"), row.q || "–",
      foley.signed(row.l), foley.clock(row.t), String(row.n),
      row.s === "ok" ? row.c.map((name) => foley.soundName(name)).join(", ") : row.e,
    ];
    element.link.textContent = texts[0];
    texts.slice(1).forEach((text, place) => (element.cells[place + 1].textContent = text));
    element.cells[0].title = row.v;
    element.cells[7].title = texts[7];
    element.classList.toggle("aside", row.s !== "ok");
    for (const flag of flags.filter((name) => ["unsure", "absurd", "loudness", "corrected"].includes(name))) {
      element.cells[2].append(foley.make("span", "chip " + flag, foley.say(FLAG_WORDS[flag])));
    }
  }

  /** Draw the rows that are in sight. */
  function draw() {
    const view = by("rows");
    const first = Math.max(0, Math.floor(view.scrollTop / ROW_PX) - SPARE_ROWS);
    const onSheet = Math.max(0, Math.min(SHEET_ROWS, found.length - sheet * SHEET_ROWS));
    const last = Math.min(onSheet, first + Math.ceil(view.clientHeight / ROW_PX) + 2 * SPARE_ROWS);
    while (pool.length < last - first) {
      pool.push(rowElement());
      by("canvas").append(pool[pool.length - 1]);
    }
    // A row keeps its element while it is in sight, so that what has the focus keeps it.
    const free = pool.filter((one) => !(one.place >= first && one.place < last) || one.hidden);
    const held = new Map(pool.filter((one) => !free.includes(one)).map((one) => [one.place, one]));
    for (let place = first; place < last; place++) {
      const element = held.get(place) || free.pop();
      element.hidden = false;
      fill(element, place, found[sheet * SHEET_ROWS + place]);
    }
    for (const one of free) one.hidden = true;
  }

  function lay() {
    const sheets = Math.max(1, Math.ceil(found.length / SHEET_ROWS));
    sheet = Math.min(sheet, sheets - 1);
    const onSheet = Math.min(SHEET_ROWS, found.length - sheet * SHEET_ROWS);
    by("canvas").style.height = `${onSheet * ROW_PX}px`;
    by("table").setAttribute("aria-rowcount", String(found.length + 1));
    by("count").textContent = foley.say("shown", found.length.toLocaleString(), list.count.toLocaleString());
    by("nothing").hidden = found.length > 0;
    by("sheets").hidden = sheets < 2;
    by("earlier").disabled = sheet === 0;
    by("later").disabled = sheet === sheets - 1;
    const begin = sheet * SHEET_ROWS;
    by("sheet").textContent = foley.say("sheet", (begin + 1).toLocaleString(), (begin + onSheet).toLocaleString());
    for (const one of pool) one.filled = null;
    draw();
  }

  function choose() {
    found = list.chosen(shown.bits, shown.region, named);
    foley.keepShown({ ...shown, sheet });
    lay();
  }

  function fromTop() {
    sheet = 0;
    shown.top = 0;
    by("rows").scrollTop = 0;
    choose();
  }

  async function search() {
    const text = by("search").value.trim();
    const number = ++searches;
    shown.text = text;
    const result = text ? await list.search(text, () => number !== searches) : null;
    if (number !== searches) return;
    named = result;
    fromTop();
  }

  function moveFocus(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = event.currentTarget.row.place + step;
    const view = by("rows");
    if (place * ROW_PX < view.scrollTop) view.scrollTop = place * ROW_PX;
    if ((place + 1) * ROW_PX > view.scrollTop + view.clientHeight) view.scrollTop = (place + 1) * ROW_PX - view.clientHeight;
    draw();
    const next = pool.find((one) => !one.hidden && one.place === place);
    if (next) next.link.focus();
  }

  function drawFilters() {
    const counts = list.tally();
    by("filters").replaceChildren(
      ...list.flagNames.map((name, place) => {
        const button = foley.make("button", "filter " + name, null, { type: "button" });
        button.append(foley.say(FLAG_WORDS[name] || name), foley.make("span", "number", counts[place].toLocaleString()));
        button.setAttribute("aria-pressed", String(Boolean(shown.bits & (1 << place))));
        // One that is pressed can be let go, also where a newer list has no such row.
        button.disabled = counts[place] === 0 && !(shown.bits & (1 << place));
        button.addEventListener("click", () => {
          shown.bits ^= 1 << place;
          button.setAttribute("aria-pressed", String(Boolean(shown.bits & (1 << place))));
          fromTop();
        });
        return button;
      }),
    );
    const select = by("region");
    select.replaceChildren(foley.make("option", "", foley.say("all_regions"), { value: "" }));
    for (const name of list.regionNames.filter(Boolean)) select.append(foley.make("option", "", name, { value: name }));
    select.value = shown.region;
  }

  function speak() {
    foley.speak(document);
    by("search").placeholder = foley.say("search");
    document.title = `${foley.say("title")} · foley`;
    drawFilters();
    lay();
  }

  async function begin() {
    foley.speak(document);
    try {
      [list] = await Promise.all([foley.trackList(), foley.loadSounds()]);
    } catch {
      by("nothing").hidden = false;
      by("nothing").textContent = foley.say("unreadable");
      return;
    }
    sheet = shown.sheet || 0;
    by("search").value = shown.text;
    if (shown.text) named = await list.search(shown.text, () => false);
    speak();
    choose();
    by("rows").scrollTop = shown.top;
    let waits = false;
    by("rows").addEventListener("scroll", () => {
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => {
        waits = false;
        shown.top = by("rows").scrollTop;
        draw();
      });
    });
    addEventListener("pagehide", () => foley.keepShown({ ...shown, sheet }));
    addEventListener("resize", draw);
    let typed = 0;
    by("search").addEventListener("input", () => {
      clearTimeout(typed);
      typed = setTimeout(search, 150);
    });
    by("region").addEventListener("change", () => {
      shown.region = by("region").value;
      fromTop();
    });
    for (const [id, step] of [["earlier", -1], ["later", 1]]) {
      by(id).addEventListener("click", () => {
        sheet += step;
        by("rows").scrollTop = 0;
        lay();
      });
    }
    by("language").addEventListener("click", () => {
      foley.changeLanguage();
      speak();
    });
  }

  begin();
})((window.foley = window.foley || {}));
