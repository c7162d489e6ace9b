// Corrections that were made in the page and not yet applied: rows as `foley correct` reads them,
// kept on this machine until they are discarded or applied. Knows nothing of how they are drawn.
(function (foley) {
  "use strict";

  const RATE = 48000;
  const COLUMNS = ["video_id", "op", "cue", "by", "sound_class", "material", "intensity", "time",
    "end", "take", "gain_db", "pan", "why", "when"];
  const SHORT_SAMPLES = 36000;

  class Edits {
    constructor() {
      // The page of another output on this machine has corrections of its own.
      this.place = "corrections " + location.pathname.replace(/[^/]*$/, "");
      this.rows = foley.remembered(this.place, []);
      this.past = [];
      this.changed = () => {};
    }

    get by() {
      return foley.remembered("by", "");
    }

    set by(name) {
      foley.remember("by", name);
    }

    of(videoId) {
      return this.rows.filter((row) => row.video_id === videoId);
    }

    /** Take a correction; one of the same kind for the same cue takes its place. */
    make(row) {
      this.past.push(JSON.stringify(this.rows));
      const full = { ...row, when: new Date().toISOString().slice(0, 19) + "+00:00" };
      const same = (other) => other.video_id === row.video_id && other.cue === row.cue;
      const added = this.rows.find((other) => same(other) && other.op === "add");
      if (row.op === "add") {
        this.rows.push(full);
      } else if (added) {
        this.changeAdded(added, full);
      } else if (row.op === "delete") {
        this.rows = [...this.rows.filter((other) => !same(other)), full];
      } else {
        const place = this.rows.findIndex((other) => same(other) && other.op === row.op);
        if (place >= 0) this.rows[place] = { ...this.rows[place], ...full };
        else this.rows.push(full);
      }
      this.keep();
    }

    changeAdded(added, row) {
      if (row.op === "delete") this.rows = this.rows.filter((other) => other !== added);
      const names = { relabel: ["sound_class", "material", "intensity"], move: ["time", "end", "length"] }[row.op] || [];
      for (const name of names) if (row[name] !== undefined) added[name] = row[name];
      if (row.why) added.why = row.why;
    }

    /** Drop what was corrected of a cue. */
    forget(videoId, cue) {
      this.past.push(JSON.stringify(this.rows));
      this.rows = this.rows.filter((row) => row.video_id !== videoId || row.cue !== cue);
      this.keep();
    }

    forgetVideo(videoId) {
      this.past = [];
      this.rows = this.rows.filter((row) => row.video_id !== videoId);
      this.keep();
    }

    forgetAll() {
      this.past.push(JSON.stringify(this.rows));
      this.rows = [];
      this.keep();
    }

    undo() {
      if (!this.past.length) return;
      this.rows = JSON.parse(this.past.pop());
      this.keep();
    }

    keep() {
      foley.remember(this.place, this.rows);
      this.changed();
    }

    /** Return a file of corrections as JSON Lines, of one video or of all. */
    file(videoId) {
      const rows = videoId === undefined ? this.rows : this.of(videoId);
      return rows.map((row) => JSON.stringify(this.written(row)) + "\n").join("");
    }

    /** Return the corrections of a video as a service takes them: no row names the video. */
    asked(videoId) {
      const rows = this.of(videoId).map((row) => {
        const { video_id: _, ...rest } = this.written(row);
        return rest;
      });
      return JSON.stringify({ by: this.by, corrections: rows });
    }

    written(row) {
      const made = {};
      for (const name of COLUMNS) {
        const value = name === "by" ? this.by : row[name];
        const isOwnId = name === "cue" && row.op === "add";
        if (value !== undefined && value !== null && value !== "" && !isOwnId) made[name] = String(value);
      }
      // The first row names the columns that every file needs.
      return { video_id: row.video_id, op: row.op, by: this.by, ...made };
    }

    /** Return the cues of a track as they are after the corrections. */
    applied(videoId, cues, samples) {
      const keyed = cues.map((cue, place) => ({ ...cue, key: cue.cue_id || `fixed ${place}` }));
      const found = new Map(keyed.map((cue) => [cue.key, cue]));
      for (const row of this.of(videoId)) {
        if (row.op === "add") found.set(row.cue, addedCue(row, samples));
        const cue = found.get(row.cue);
        if (cue && row.op !== "add") change(cue, row, samples);
      }
      return [...found.values()].sort((one, other) => one.onset - other.onset);
    }
  }

  function change(cue, row, samples) {
    cue.edited = true;
    if (row.op === "delete") cue.deleted = true;
    if (row.op === "take") cue.take = Number(row.take);
    if (row.op === "take") cue.retaken = true;
    if (row.op === "gain") cue.gain_by = Number(row.gain_db);
    if (row.op === "place") cue.pan = Number(row.pan);
    if (row.op === "move") {
      const length = row.end === undefined ? cue.offset - cue.onset : toSamples(row.end) - toSamples(row.time);
      cue.onset = toSamples(row.time);
      cue.offset = Math.max(cue.onset + 1, Math.min(samples, cue.onset + length));
    }
    if (row.op === "relabel") {
      cue.sound_class = row.sound_class;
      const known = foley.soundClass(row.sound_class);
      cue.group = known ? known.group : cue.group;
      cue.material = row.material || (known && known.materials.includes(cue.material) ? cue.material : (known?.materials[0] ?? null));
      if (row.intensity !== undefined) cue.intensity = Number(row.intensity);
      cue.unsure = cue.absurd = false;
    }
  }

  function addedCue(row, samples) {
    const known = foley.soundClass(row.sound_class);
    const onset = toSamples(row.time);
    const offset = row.end === undefined ? onset + SHORT_SAMPLES : toSamples(row.end);
    return {
      key: row.cue, cue_id: row.cue, kind: known && known.kind === "ambience" ? "ambience" : "action",
      sound_class: row.sound_class, material: row.material || (known?.materials[0] ?? null),
      group: known ? known.group : "impacts", onset, offset: Math.max(onset + 1, Math.min(offset, samples)),
      intensity: row.intensity === undefined ? 0.7 : Number(row.intensity), confidence: 1,
      source: "person", gain_db: 0, pan: 0, edited: true, added: true,
    };
  }

  function toSamples(text) {
    return Math.round(Number(text) * RATE);
  }

  /** Return samples as the seconds of a file of corrections. */
  foley.secondsText = (samples) => (samples / RATE).toFixed(6);

  foley.RATE = RATE;
  foley.Edits = Edits;
})((window.foley = window.foley || {}));
