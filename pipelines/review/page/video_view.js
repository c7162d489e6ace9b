// The page of a track: everything together. A cue is known by its `key`, which outlasts edits.
(function (foley) {
  "use strict";

  const NAME = /^#(videos\/[0-9a-f]{64}\/[0-9a-f]{12})(?::(\d+))?$/;
  const VARIABLE_RATE = 25;
  const by = (id) => document.getElementById(id);
  const view = { selected: null, doc: null };

  view.picture = new foley.Picture(by("picture"));
  view.player = new foley.Player(view.picture);
  view.mixer = new foley.Mixer(view.player);
  view.edits = new foley.Edits();
  view.timeline = new foley.Timeline(view);
  view.inspector = new foley.Inspector(view);
  view.panels = new foley.SidePanels(view);
  view.heads = new foley.LaneHeads(view);

  view.cueOf = (key) => view.cues.find((cue) => cue.key === key);
  view.timeText = (samples) => foley.clock(samples / foley.RATE, 3);

  /** Return the samples that a text means, or null. */
  view.samplesOf = (text) => foley.samplesOf(text, view.player.frameRate);

  view.whyOf = (cue) => view.edits.of(view.doc.video_id).findLast((row) => row.cue === cue.cue_id && row.why)?.why || "";

  view.explain = function (cue, text) {
    const row = view.edits.of(view.doc.video_id).findLast((one) => one.cue === cue.cue_id);
    if (row) view.edits.make({ ...row, why: text });
  };

  view.select = function (key, seeks) {
    view.selected = key;
    const cue = key === null ? null : view.cueOf(key);
    if (cue && seeks) view.player.seek(cue.onset / foley.RATE);
    view.inspector.show(cue || null);
    for (const [name, element] of view.timeline.elements) element.setAttribute("aria-pressed", String(name === key));
  };

  function correct(cue, row) {
    if (!cue || !cue.cue_id || cue.deleted) return;
    view.edits.make({ video_id: view.doc.video_id, cue: cue.cue_id, ...row });
  }

  /** Move a cue to samples; `offset` null keeps its length, also where the picture's end cut it. */
  view.moveCue = function (cue, onset, offset) {
    if (offset !== null && offset <= onset) return;
    const former = view.edits.of(view.doc.video_id).findLast((row) => row.cue === cue.cue_id && row.length);
    const length = offset !== null ? offset - onset : former ? former.length : cue.offset - cue.onset;
    // What is not said of a former move of the same cue would stay.
    const end = foley.secondsText(Math.min(view.samples, onset + length));
    correct(cue, { op: "move", time: foley.secondsText(onset), end, length });
  };

  view.nudge = function (frames) {
    const cue = view.cueOf(view.selected);
    if (!cue) return;
    const frame = foley.RATE / view.player.frameRate;
    const onset = Math.round(Math.max(0, Math.min(view.samples - 480, cue.onset + frames * frame)));
    view.moveCue(cue, onset, null);
  };

  view.moveHere = function () {
    const cue = view.cueOf(view.selected);
    if (cue) view.moveCue(cue, Math.min(view.samples - 480, Math.round(view.player.position * foley.RATE)), null);
  };

  view.remove = function () {
    const cue = view.cueOf(view.selected);
    correct(cue, { op: "delete" });
    if (cue && cue.added) view.select(null, false);
  };

  /** Ask for the next take by its number: the same correction twice would count as one. */
  view.reroll = function () {
    const cue = view.cueOf(view.selected);
    if (cue && !cue.added) correct(cue, { op: "take", take: (cue.take || 0) + 1 });
  };

  view.addCue = function () {
    const at = Math.min(view.samples - 480, Math.round(view.player.position * foley.RATE));
    const former = view.cueOf(view.selected);
    const name = former && foley.soundClass(former.sound_class)?.usable ? former.sound_class : "tap";
    const key = `new ${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
    view.edits.make({ video_id: view.doc.video_id, op: "add", cue: key, sound_class: name, time: foley.secondsText(at) });
    view.select(key, false);
    view.inspector.root.querySelector("[name=sound]")?.select();
  };

  view.mark = function () {
    const at = view.player.position;
    const place = view.timeline.marks.findIndex((one) => Math.abs(one - at) < 0.5 / view.player.frameRate);
    if (place >= 0) view.timeline.marks.splice(place, 1);
    else view.timeline.marks.push(at);
    view.timeline.drawMarks();
  };

  view.nextCue = function (step) {
    const at = Math.round(view.player.position * foley.RATE);
    const cues = view.cues.filter((cue) => cue.kind !== "ambience" && cue.kind !== "music");
    const now = cues.findIndex((cue) => cue.key === view.selected);
    let next = now >= 0 && cues[now].onset === at ? cues[now + step] : null;
    if (!next) next = step > 0 ? cues.find((cue) => cue.onset > at) : cues.findLast((cue) => cue.onset < at);
    if (next) view.select(next.key, true);
  };

  view.toggleSpectrogram = function () {
    const shown = by("spectrogram").hidden && view.doc.spectrogram;
    by("spectrogram").hidden = by("spectrogram-head").hidden = !shown;
    by("show-spectrogram").setAttribute("aria-pressed", String(Boolean(shown)));
    if (shown) by("spectrogram-picture").src = view.doc.spectrogram;
  };

  view.goOn = async function (step) {
    if (view.number === null) return;
    const list = await foley.trackList();
    const { bits = 0, region = "" } = foley.shownNow();
    const rows = list.chosen(bits, region, null);
    for (let place = rows.findIndex((row) => row >= view.number) + step; place >= 0 && place < rows.length; place += step) {
      const row = await list.row(rows[place]);
      if (row && row.d && rows[place] !== view.number) {
        location.hash = `${row.d}:${rows[place]}`;
        return;
      }
    }
  };

  /** Show cues and corrections as they are now. */
  function refresh() {
    view.cues = view.edits.applied(view.doc.video_id, view.doc.cues || [], view.samples);
    const stems = view.doc.stems.map((one) => one.group);
    // What happens comes before what is always there.
    const happens = view.cues.filter((cue) => cue.kind === "action").map((cue) => cue.group);
    const groups = [...new Set([...happens, ...view.cues.map((cue) => cue.group), ...stems])];
    view.timeline.show(view.cues, groups);
    view.heads.show();
    view.panels.show();
    view.select(view.cueOf(view.selected) ? view.selected : null, false);
  }

  function othersOf(doc) {
    const regions = doc.regions.filter((one) => one.region !== doc.region).map((one) => ({
      name: one.region,
      address: async () => (await foley.load(one.document)).track,
    }));
    const versions = (doc.versions || []).map((one, place) => ({
      name: foley.say("former", place + 1),
      address: async () => one.address,
    }));
    return [...regions, ...versions.reverse()];
  }

  function showFacts(doc) {
    document.title = `${doc.video_id} · foley`;
    by("name").textContent = doc.video_id;
    const facts = [
      doc.row.s === "ok" ? foley.say("ok") : `${foley.say("set_aside")}${doc.error_class ? ` (${doc.error_class})` : ""}`,
      doc.row.l === null ? "" : `${foley.signed(doc.row.l)} LUFS`,
      typeof doc.true_peak_dbtp === "number" ? `${foley.signed(doc.true_peak_dbtp)} dBTP` : "",
      foley.clock(doc.duration_s), doc.qc ? `${foley.say("qc")}: ${doc.qc}` : "", doc.style_pack || "",
    ];
    by("facts").replaceChildren(...facts.filter(Boolean).map((text) => foley.make("span", "", text)));
    by("regions").replaceChildren(
      ...doc.regions.map((one) => foley.make("option", "", one.region, { value: one.document })),
    );
    by("regions").value = doc.regions.find((one) => one.region === doc.region).document;
  }

  async function open(fresh) {
    const found = NAME.exec(location.hash);
    if (!found) return fail("missing");
    const opened = location.hash;
    try {
      const [doc] = await Promise.all([foley.load(found[1], fresh), foley.loadSounds()]);
      if (location.hash !== opened) return;
      view.name = found[1];
      view.number = found[2] === undefined ? null : Number(found[2]);
      const isOther = !view.doc || view.doc.video_id !== doc.video_id;
      view.doc = { stems: [], cues: [], ...doc };
      show(isOther, fresh);
      view.timeline.waveform = doc.waveform ? foley.waveformOf(await foley.load(doc.waveform)) : null;
      view.timeline.draw();
    } catch (error) {
      fail("missing");
      console.error(error);
    }
  }

  function show(isOther, fresh) {
    const doc = view.doc;
    const rate = doc.frame_rate ? doc.frame_rate[0] / doc.frame_rate[1] : VARIABLE_RATE;
    by("fault").hidden = true;
    if (isOther) {
      view.player.position = 0;
      view.selected = null;
      view.timeline.marks = [];
    }
    view.samples = Math.max(1, Math.round((doc.duration_s || 0) * foley.RATE));
    foley.countAs(doc, rate);
    view.player.open(doc.duration_s || 0, rate);
    // The address of a track stays when its sound changes.
    const current = (address) => (fresh && address ? `${address}?${doc.sha256.slice(0, 16)}` : address);
    const stems = doc.stems.map((one) => ({ ...one, address: current(one.address) }));
    view.mixer.open(doc.track && current(doc.track), stems, othersOf(doc));
    if (isOther || fresh) view.picture.open(doc.picture, doc.duration_s);
    view.player.seek(view.player.position);
    view.timeline.open(doc.duration_s || 1);
    if (!by("spectrogram").hidden) by("spectrogram-picture").src = doc.spectrogram || "";
    showFacts(doc);
    refresh();
    foley.speak(document);
    showPlaying();
  }

  view.reload = async function () {
    const position = view.player.position;
    await open(true);
    view.player.seek(position);
  };

  function fail(key) {
    by("fault").hidden = false;
    by("fault").textContent = foley.say(key);
  }

  function showPlaying() {
    const key = view.player.playing ? "pause" : "play";
    by("play").dataset.sayLabel = key;
    by("play").setAttribute("aria-label", foley.say(key));
    by("play").classList.toggle("on", view.player.playing);
    by("rate").textContent = view.player.playing && view.player.rate !== 1 ? `${view.player.rate}×` : "";
  }

  function speakAll() {
    foley.speak(document);
    view.inspector.speak();
    if (view.doc) {
      showFacts(view.doc);
      refresh();
    }
  }

  view.player.stated = showPlaying;
  view.player.moved = (seconds) => {
    by("time").textContent = foley.clock(seconds, 2);
    by("frame").textContent = view.doc && view.doc.frame_rate ? foley.timecode(seconds, view.player.frameRate) : "";
    view.timeline.follow(seconds);
  };
  view.edits.changed = refresh;
  view.mixer.changed = () => view.heads.show();
  const clicks = {
    play: () => view.player.toggle(), mark: view.mark, add: view.addCue,
    "zoom-in": () => view.timeline.zoom(1.6), "zoom-out": () => view.timeline.zoom(1 / 1.6),
    "zoom-all": () => view.timeline.zoomAll(), "show-spectrogram": view.toggleSpectrogram,
    previous: () => view.goOn(-1), next: () => view.goOn(1), "keys-open": foley.showHelp,
    "help-close": () => by("help").close(),
    language: () => {
      foley.changeLanguage();
      speakAll();
    },
  };
  for (const [id, act] of Object.entries(clicks)) by(id).addEventListener("click", () => act());
  by("regions").addEventListener("change", () => (location.hash = by("regions").value + (view.number === null ? "" : `:${view.number}`)));
  addEventListener("hashchange", () => open(false));
  foley.listenToKeys(view);
  foley.view = view;
  foley.speak(document);
  foley.loadSounds().then(() => view.inspector.speak()).catch(() => {});
  open(false);
})((window.foley = window.foley || {}));
