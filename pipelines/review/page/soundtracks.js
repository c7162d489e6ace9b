// The list of all soundtracks of a service: a page of them at a time, what changed last first.
(function (foley) {
  "use strict";

  const WORDS = {
    waiting: "waiting", working: "working", broke_off: "broke_off", ok: "made", set_aside: "set_aside",
  };
  const by = (id) => document.getElementById(id);
  let next = null;
  let asks = 0;

  function rowOf(one) {
    const row = foley.make("tr", one.status === "set_aside" || one.status === "broke_off" ? "aside" : "");
    const named = foley.make("td");
    const isMade = one.tracks.some((track) => track.status === "ok");
    named.append(isMade ? foley.make("a", "", one.video_id, { href: `${one.links.page}/review/index.html` }) : one.video_id);
    const share = one.status === "working" ? ` ${Math.round(100 * one.progress)} %` : "";
    const why = [one.error, ...one.tracks.map((track) => track.error)].filter(Boolean).join(" · ");
    const status = foley.make("td", "", foley.say(WORDS[one.status]) + share, why ? { title: why } : {});
    if (why) status.append(foley.make("small", "quiet", why));
    const verdicts = [...new Set(one.tracks.map((track) => track.qc).filter(Boolean))];
    const times = [one.accepted_at, one.ended_at].filter(Boolean).map((at) => new Date(at).toLocaleString());
    row.append(
      named, foley.make("td", "", one.regions.join(", ")), status,
      foley.make("td", "", verdicts.join(", ") || "–"), foley.make("td", "", times.join(" – ")),
    );
    return row;
  }

  /** Show the next page of the list; `anew` begins with the first. */
  async function show(anew) {
    const ask = ++asks;
    if (anew) next = null;
    const wanted = new URLSearchParams({ limit: 100 });
    if (by("status").value) wanted.set("status", by("status").value);
    if (next) wanted.set("before", next);
    const answer = await fetch(`/soundtracks?${wanted}`, { credentials: "same-origin" }).catch(() => null);
    if (ask !== asks) return;
    const page = answer && answer.ok ? await answer.json() : null;
    if (ask !== asks) return;
    if (anew) by("soundtracks").replaceChildren();
    if (page) by("soundtracks").append(...page.soundtracks.map(rowOf));
    next = page && page.next;
    by("more").hidden = !next;
    by("nothing").hidden = Boolean(page && (by("soundtracks").childElementCount || next));
    by("nothing").textContent = foley.say(page ? "nothing" : "unreadable");
  }

  function speak() {
    const chosen = by("status").value;
    const words = { "": "any_status", ...WORDS };
    by("status").replaceChildren(
      ...Object.entries(words).map(([value, word]) => foley.make("option", "", foley.say(word), { value })),
    );
    by("status").value = chosen;
    foley.speak(document);
    document.title = `${foley.say("all_soundtracks")} · foley`;
  }

  by("status").addEventListener("change", () => show(true));
  by("more").addEventListener("click", () => show(false));
  by("language").addEventListener("click", () => {
    foley.changeLanguage();
    speak();
    show(true);
  });
  speak();
  show(true);
})((window.foley = window.foley || {}));
