// Playing: one clock for the picture and all sounds. What is heard is the clock; the picture and
// the other sounds follow it. Sounds are media elements, which play from a disk as well.
(function (foley) {
  "use strict";

  const SPEEDS = [1, 2, 4, 8];
  const FOLLOW_MS = 100;
  const FAR_S = 0.12;
  const NEAR_S = 0.006;

  class Player {
    constructor(picture) {
      this.picture = picture;
      this.sounds = new Map();
      this.position = 0;
      this.duration = 0;
      this.rate = 1;
      this.playing = false;
      this.moved = () => {};
      this.stated = () => {};
      this.tick = this.tick.bind(this);
    }

    /** Begin with a track of some seconds; `frameRate` in pictures a second. */
    open(duration, frameRate) {
      this.pause();
      for (const name of [...this.sounds.keys()]) this.drop(name);
      this.duration = duration;
      this.frameRate = frameRate;
      this.position = Math.min(this.position, duration);
    }

    /** Load a sound under a name; it is silent until `hear` says otherwise. */
    add(name, address) {
      this.drop(name);
      const element = new Audio();
      element.preload = "auto";
      element.preservesPitch = true;
      element.volume = 0;
      element.src = address;
      this.sounds.set(name, element);
      element.currentTime = this.position;
      if (this.playing) this.start(element);
      return element;
    }

    drop(name) {
      const element = this.sounds.get(name);
      if (!element) return;
      element.pause();
      element.removeAttribute("src");
      element.load();
      this.sounds.delete(name);
    }

    /** Set how loud each sound is, by name, 0..1; one without a level is silent and stands. */
    hear(levels) {
      this.levels = levels;
      for (const [name, element] of this.sounds) {
        element.volume = Math.max(0, Math.min(1, levels.get(name) ?? 0));
        const wanted = levels.has(name);
        if (wanted && this.playing && element.paused) this.start(element);
        if (!wanted && !element.paused) element.pause();
      }
    }

    get clock() {
      for (const name of this.levels ? this.levels.keys() : []) {
        const element = this.sounds.get(name);
        if (element && !element.error && !element.paused && element.readyState > 2) return element;
      }
      return null;
    }

    start(element) {
      element.playbackRate = this.rate;
      element.currentTime = Math.min(this.position, element.duration || this.position);
      element.play().catch(() => {});
    }

    now() {
      if (!this.playing) return this.position;
      const clock = this.clock;
      const passed = ((performance.now() - this.since) / 1000) * this.rate;
      const seconds = this.rate > 0 && clock ? clock.currentTime : this.from + passed;
      return Math.max(0, Math.min(this.duration, seconds));
    }

    play(rate = 1) {
      if (rate > 0 && this.position >= this.duration - 0.01) this.position = 0;
      this.position = this.now();
      this.rate = rate;
      this.playing = true;
      this.since = performance.now();
      this.from = this.position;
      for (const [name, element] of this.sounds) {
        if (rate > 0 && this.levels.has(name)) this.start(element);
        else element.pause();
      }
      if (rate > 0) {
        this.picture.seek(this.position);
        this.picture.play(rate);
      } else this.picture.pause();
      this.followed = 0;
      requestAnimationFrame(this.tick);
      this.stated();
    }

    pause() {
      if (!this.playing) return;
      this.position = this.now();
      this.playing = false;
      for (const element of this.sounds.values()) element.pause();
      this.picture.pause();
      this.picture.seek(this.position);
      this.stated();
      this.moved(this.position);
    }

    toggle() {
      if (this.playing) this.pause();
      else this.play(1);
    }

    /** Play forwards (1) or backwards (-1); again: faster. */
    shuttle(direction) {
      const same = this.playing && Math.sign(this.rate) === direction;
      const place = same ? SPEEDS.indexOf(Math.abs(this.rate)) : -1;
      this.play(direction * SPEEDS[Math.min(SPEEDS.length - 1, place + 1)]);
    }

    seek(seconds) {
      this.position = Math.max(0, Math.min(this.duration, seconds));
      if (this.playing) {
        this.from = this.position;
        this.since = performance.now();
        for (const [name, element] of this.sounds) if (this.levels.has(name)) element.currentTime = this.position;
      }
      this.picture.seek(this.position);
      this.moved(this.position);
    }

    /** Stop, and go some frames on or back, to the begin of a frame. */
    step(frames) {
      this.pause();
      const frame = Math.floor(this.position * this.frameRate + 1e-4);
      this.seek((frame + frames) / this.frameRate);
    }

    tick() {
      if (!this.playing) return;
      const seconds = this.now();
      this.position = seconds;
      if (this.rate > 0 && performance.now() - this.followed > FOLLOW_MS) {
        this.followed = performance.now();
        this.picture.follow(seconds, this.rate);
        this.gather(seconds);
      }
      if (this.rate < 0) this.picture.seek(seconds);
      this.moved(seconds);
      const ended = this.rate > 0 ? seconds >= this.duration - 0.005 : seconds <= 0;
      const silent = this.rate > 0 && this.clock === null && [...this.levels.keys()].every((name) => this.sounds.get(name)?.ended);
      if (ended || (silent && this.levels.size)) this.pause();
      else requestAnimationFrame(this.tick);
    }

    /** Bring the sounds that are not the clock to its time. */
    gather(seconds) {
      const clock = this.clock;
      for (const [name, element] of this.sounds) {
        if (element === clock || !this.levels.has(name) || element.paused || element.seeking) continue;
        const late = element.currentTime - seconds;
        if (Math.abs(late) > FAR_S) element.currentTime = seconds;
        else element.playbackRate = this.rate * (Math.abs(late) > NEAR_S ? 1 - Math.max(-0.05, Math.min(0.05, late * 2)) : 1);
      }
    }
  }

  foley.Player = Player;
})((window.foley = window.foley || {}));
