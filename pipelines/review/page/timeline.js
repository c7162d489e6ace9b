// The timeline: ruler, waveform, spectrogram and a lane a group, with cues that can be moved.
(function (foley) {
  "use strict";

  const RULER_PX = 26;
  const WAVE_PX = 92;
  const CUE_PX = 24;
  const LANE_GAP_PX = 6;
  const MOST_LEVELS = 3;
  const MOST_WIDTH_PX = 4e6;
  const GRIP_PX = 7;
  const by = (id) => document.getElementById(id);

  class Timeline {
    constructor(view) {
      this.view = view;
      this.scroller = by("scroller");
      this.inner = by("inner");
      this.scale = 100;
      this.lanes = [];
      this.elements = new Map();
      this.marks = [];
      this.scroller.addEventListener("scroll", () => this.soon());
      new ResizeObserver(() => this.fitOrDraw()).observe(this.scroller);
      this.inner.addEventListener("pointerdown", (event) => this.scrub(event));
      this.scroller.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    }

    open(duration) {
      const same = this.duration === duration;
      this.duration = duration;
      if (!same) this.fitted = true;
      this.waveform = null;
      this.fitOrDraw();
    }

    get leastScale() {
      return Math.max(0.02, (this.scroller.clientWidth - 2) / Math.max(0.1, this.duration));
    }

    fitOrDraw() {
      if (!this.duration) return;
      if (this.fitted || this.scale < this.leastScale) this.scale = this.leastScale;
      this.place();
    }

    zoom(factor, about = this.view.player.position) {
      const before = about * this.scale - this.scroller.scrollLeft;
      const most = Math.min(4000, MOST_WIDTH_PX / this.duration);
      this.scale = Math.max(this.leastScale, Math.min(most, this.scale * factor));
      this.fitted = this.scale <= this.leastScale * 1.001;
      this.place();
      this.scroller.scrollLeft = about * this.scale - Math.max(0, Math.min(this.scroller.clientWidth, before));
      this.draw();
    }

    zoomAll() {
      this.fitted = true;
      this.fitOrDraw();
    }

    wheel(event) {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.25 : 0.8, this.secondsAt(event.clientX));
    }

    secondsAt(clientX) {
      return (clientX - this.inner.getBoundingClientRect().left) / this.scale;
    }

    place() {
      this.inner.style.width = `${Math.round(this.duration * this.scale)}px`;
      this.draw();
    }

    soon() {
      if (this.waits) return;
      this.waits = true;
      requestAnimationFrame(() => {
        this.waits = false;
        this.draw();
      });
    }

    /** Take cues, sorted by onset, and lay them out in a lane a group. */
    show(cues, groups) {
      const laid = new Map(groups.map((group) => [group, []]));
      for (const cue of cues) {
        if (!laid.has(cue.group)) laid.set(cue.group, []);
        laid.get(cue.group).push(cue);
      }
      this.cues = new Map(cues.map((cue) => [cue.key, cue]));
      this.lanes = [...laid].map(([group, members]) => ({ group, members, levels: levelled(members) }));
      for (const element of this.elements.values()) element.remove();
      this.elements.clear();
      by("lanes").replaceChildren();
      for (const lane of this.lanes) {
        lane.element = foley.make("div", "lane", null, { role: "group", "aria-label": foley.groupName(lane.group) });
        lane.element.style.height = `${lane.levels * CUE_PX + LANE_GAP_PX}px`;
        lane.element.style.setProperty("--hue", foley.groupHue(lane.group));
        by("lanes").append(lane.element);
      }
      this.draw();
    }

    /** Draw what is in sight. */
    draw() {
      if (!this.duration) return;
      const left = this.scroller.scrollLeft;
      const width = this.scroller.clientWidth;
      const first = left / this.scale;
      for (const name of ["ruler", "wave"]) by(name).style.transform = `translateX(${left}px)`;
      foley.drawRuler(by("ruler"), width, RULER_PX, first, this.scale, this.duration);
      foley.drawWaveform(by("wave"), width, WAVE_PX, first, this.scale, this.waveform);
      const last = (left + width) / this.scale;
      const seen = new Set();
      for (const lane of this.lanes) {
        for (const cue of lane.members) {
          const begin = cue.onset / foley.RATE;
          if (begin > last) break;
          if (cue.offset / foley.RATE < first && begin * this.scale < left - 40) continue;
          seen.add(cue.key);
          this.cueElement(cue, lane);
        }
      }
      for (const [key, element] of this.elements) {
        if (!seen.has(key) && element !== document.activeElement) {
          element.remove();
          this.elements.delete(key);
        }
      }
      this.drawMarks();
      this.drawHead(this.view.player.position);
    }

    cueElement(cue, lane) {
      let element = this.elements.get(cue.key);
      if (!element) {
        element = foley.make("button", "cue", null, { type: "button" });
        element.append(foley.make("span", "name"));
        element.addEventListener("pointerdown", (event) => this.grab(event, cue.key));
        element.addEventListener("focus", () => this.view.select(cue.key, false));
        element.addEventListener("click", () => this.view.select(cue.key, false));
        element.addEventListener("keydown", (event) => {
          if (event.key === "Enter") this.view.player.seek(this.cues.get(cue.key).onset / foley.RATE);
        });
        this.elements.set(cue.key, element);
        lane.element.append(element);
      }
      if (!element.held) this.layCue(element, cue);
      element.style.top = `${LANE_GAP_PX / 2 + cue.level * CUE_PX}px`;
      element.style.setProperty("--sure", String(0.25 + 0.75 * (cue.confidence ?? 1)));
      const name = foley.soundName(cue.sound_class);
      element.firstChild.textContent = name + (cue.retaken ? " ↻" : "");
      const told = [name, foley.clock(cue.onset / foley.RATE, 2), `${foley.say("confidence")} ${Math.round((cue.confidence ?? 1) * 100)} %`];
      for (const state of ["unsure", "absurd", "deleted", "added", "silent"]) if (cue[state]) told.push(foley.say(state));
      element.setAttribute("aria-label", told.join(", "));
      element.title = told.join(" · ");
      for (const state of ["unsure", "absurd", "deleted", "added", "edited", "silent"]) element.classList.toggle(state, Boolean(cue[state]));
      element.classList.toggle("fixed", !cue.cue_id);
      element.classList.toggle("bed", cue.kind === "ambience" || cue.kind === "music");
      element.setAttribute("aria-pressed", String(this.view.selected === cue.key));
    }

    layCue(element, cue) {
      element.style.left = `${(cue.onset / foley.RATE) * this.scale}px`;
      element.style.width = `${Math.max(8, ((cue.offset - cue.onset) / foley.RATE) * this.scale - 1)}px`;
    }

    /** Move a cue, or its end, with the pointer; frames hold it unless Alt is pressed. */
    grab(event, key) {
      event.stopPropagation();
      const cue = this.cues.get(key);
      const element = this.elements.get(key);
      if (event.button !== 0 || !cue.cue_id || cue.deleted) return;
      const ends = event.clientX > element.getBoundingClientRect().right - GRIP_PX;
      const from = event.clientX;
      let moved = null;
      const drag = (now) => {
        const by_px = now.clientX - from;
        if (!element.held && Math.abs(by_px) < 4) return;
        element.held = true;
        moved = this.movedCue(cue, by_px / this.scale, ends, now.altKey);
        this.layCue(element, moved);
      };
      const drop = () => {
        element.removeEventListener("pointermove", drag);
        element.held = false;
        if (moved && (moved.onset !== cue.onset || moved.offset !== cue.offset)) this.view.moveCue(cue, moved.onset, moved.offset);
        else this.draw();
      };
      element.setPointerCapture(event.pointerId);
      element.addEventListener("pointermove", drag);
      element.addEventListener("lostpointercapture", drop, { once: true });
    }

    movedCue(cue, seconds, ends, free) {
      const samples = Math.round(this.duration * foley.RATE);
      const at = (ends ? cue.offset : cue.onset) + seconds * foley.RATE;
      const frame = foley.RATE / this.view.player.frameRate;
      const held = Math.round(free ? at : Math.round(at / frame) * frame);
      if (ends) return { ...cue, offset: Math.max(cue.onset + 480, Math.min(samples, held)) };
      const onset = Math.max(0, Math.min(samples - 480, held));
      return { ...cue, onset, offset: Math.min(samples, onset + cue.offset - cue.onset) };
    }

    scrub(event) {
      if (event.button !== 0) return;
      const go = (now) => this.view.player.seek(this.secondsAt(now.clientX));
      go(event);
      this.inner.setPointerCapture(event.pointerId);
      this.inner.addEventListener("pointermove", go);
      this.inner.addEventListener("lostpointercapture", () => this.inner.removeEventListener("pointermove", go), { once: true });
    }

    drawHead(seconds) {
      by("playhead").style.transform = `translateX(${seconds * this.scale}px)`;
    }

    /** Keep the playing head in sight. */
    follow(seconds) {
      this.drawHead(seconds);
      const x = seconds * this.scale;
      const { scrollLeft, clientWidth } = this.scroller;
      if (x < scrollLeft || x > scrollLeft + clientWidth) this.scroller.scrollLeft = Math.max(0, x - clientWidth * 0.1);
    }

    drawMarks() {
      by("marks").replaceChildren(
        ...this.marks.map((seconds) => {
          const mark = foley.make("span", "mark-line");
          mark.style.transform = `translateX(${seconds * this.scale}px)`;
          return mark;
        }),
      );
    }
  }

  /** Give each cue the first level that is free at its onset; return how many levels there are. */
  function levelled(cues) {
    const ends = [0];
    for (const cue of cues) {
      let level = ends.findIndex((end) => end <= cue.onset);
      if (level < 0) level = ends.length < MOST_LEVELS ? ends.push(0) - 1 : ends.indexOf(Math.min(...ends));
      cue.level = level;
      ends[level] = cue.offset;
    }
    return ends.length;
  }

  foley.Timeline = Timeline;
})((window.foley = window.foley || {}));
