// What is heard: the track, the stems with solo, mute and level, or another version to compare.
(function (foley) {
  "use strict";

  const LOWEST_DB = -40;
  const by = (id) => document.getElementById(id);

  class Mixer {
    constructor(player) {
      this.player = player;
      this.changed = () => {};
      this.reset();
      for (const mode of ["track", "stems", "other"]) {
        by("hear-" + mode).addEventListener("click", () => this.listen(mode));
      }
      by("compare").addEventListener("change", () => this.compare(by("compare").value));
    }

    reset() {
      this.mode = "track";
      this.stems = new Map();
      this.other = null;
      this.loaded = false;
    }

    /** Take the sounds of a track. `others`: name and a promise of an address, to compare with. */
    open(track, stems, others) {
      const kept = this.stems;
      const mode = this.mode;
      this.reset();
      this.track = track;
      for (const one of stems) {
        const former = kept.get(one.group);
        this.stems.set(one.group, { address: one.address, level: former?.level ?? 0, solo: former?.solo ?? false, mute: former?.mute ?? false });
      }
      this.others = others;
      const select = by("compare");
      select.replaceChildren(foley.make("option", "", foley.say("no_compare"), { value: "" }));
      others.forEach((one, place) => select.append(foley.make("option", "", one.name, { value: String(place) })));
      select.disabled = !others.length;
      if (track) this.player.add("track", track);
      this.listen(mode === "stems" && stems.length ? "stems" : "track");
    }

    async compare(value) {
      const chosen = value === "" ? null : this.others[Number(value)];
      this.other = chosen;
      this.player.drop("other");
      if (!chosen) {
        this.listen("track");
        return;
      }
      const address = await chosen.address();
      if (this.other !== chosen || !address) return;
      this.player.add("other", address);
      this.listen("other");
    }

    listen(mode) {
      if (mode === "stems" && !this.stems.size) mode = "track";
      if (mode === "other" && !this.other) mode = "track";
      if (mode === "stems" && !this.loaded) {
        this.loaded = true;
        for (const [group, stem] of this.stems) this.player.add("stem " + group, stem.address);
      }
      this.mode = mode;
      this.apply();
    }

    /** Switch between the track and what it is compared with. */
    swap() {
      if (this.other) this.listen(this.mode === "other" ? "track" : "other");
    }

    set(group, change) {
      const stem = this.stems.get(group);
      if (!stem) return;
      Object.assign(stem, change);
      if (this.mode === "stems") this.apply();
      else this.listen("stems");
    }

    apply() {
      const levels = new Map();
      if (this.mode === "stems") {
        const solo = [...this.stems.values()].some((stem) => stem.solo);
        for (const [group, stem] of this.stems) levels.set("stem " + group, audible(stem, solo) ? 10 ** (stem.level / 20) : 0);
      } else {
        // Both run, so that switching is heard at once.
        levels.set("track", this.mode === "track" ? 1 : 0);
        if (this.other) levels.set("other", this.mode === "other" ? 1 : 0);
      }
      this.player.hear(levels);
      for (const mode of ["track", "stems", "other"]) {
        by("hear-" + mode).setAttribute("aria-pressed", String(this.mode === mode));
      }
      by("hear-stems").disabled = !this.stems.size;
      by("hear-stems").title = this.stems.size ? "" : foley.say("no_stems");
      by("hear-other").disabled = !this.other;
      this.changed();
    }
  }

  function audible(stem, solo) {
    return stem.level > LOWEST_DB && (solo ? stem.solo : !stem.mute);
  }

  Mixer.LOWEST_DB = LOWEST_DB;
  foley.Mixer = Mixer;
})((window.foley = window.foley || {}));
