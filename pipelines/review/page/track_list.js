// The list of tracks: what it holds, and which of it is shown. Knows nothing of how it looks.
(function (foley) {
  "use strict";

  const SCANNED_AT_ONCE = 4;

  class TrackList {
    constructor(data) {
      this.count = data.rows;
      this.flagNames = data.flag_names;
      this.regionNames = data.region_names;
      this.rowsPerFile = data.rows_per_file;
      this.namesPerFile = data.names_per_file;
      this.flags = foley.bytes(data.flags);
      const codes = foley.bytes(data.regions);
      this.regions = Uint16Array.from({ length: this.count }, (_, n) => codes[2 * n] + 256 * codes[2 * n + 1]);
    }

    /** Return how many rows have each flag. */
    tally() {
      const counts = this.flagNames.map(() => 0);
      for (const bits of this.flags) {
        for (let place = 0; place < counts.length; place++) counts[place] += (bits >> place) & 1;
      }
      return counts;
    }

    /** Return the numbers of the rows with any of some flags (0: all), of a region, in `among`. */
    chosen(bits, region, among) {
      const code = region === "" ? -1 : this.regionNames.indexOf(region);
      const found = [];
      for (let row = 0; row < this.count; row++) {
        if (bits && !(this.flags[row] & bits)) continue;
        if (code >= 0 && this.regions[row] !== code) continue;
        if (among && !among.has(row)) continue;
        found.push(row);
      }
      return found;
    }

    /** Return a promise of the row of a number; null where its video was purged. */
    async row(number) {
      const rows = await foley.load("rows/" + padded(Math.floor(number / this.rowsPerFile)));
      return rows[number % this.rowsPerFile];
    }

    /** Return a promise of the numbers of rows whose id holds a text; stops where `isOld()`. */
    async search(text, isOld) {
      const wanted = text.toLowerCase();
      const found = new Set();
      const files = Math.ceil(this.count / this.namesPerFile);
      for (let first = 0; first < files; first += SCANNED_AT_ONCE) {
        const numbers = Array.from({ length: Math.min(SCANNED_AT_ONCE, files - first) }, (_, n) => first + n);
        const read = await Promise.all(numbers.map((number) => foley.load("names/" + padded(number))));
        if (isOld()) return null;
        read.forEach((names, place) => {
          const begin = numbers[place] * this.namesPerFile;
          names.forEach((name, index) => {
            if (name && name.toLowerCase().includes(wanted)) found.add(begin + index);
          });
        });
        await new Promise((resolve) => setTimeout(resolve));
      }
      return found;
    }
  }

  function padded(number) {
    return String(number).padStart(6, "0");
  }

  foley.trackList = async () => new TrackList(await foley.load("list"));

  // The list of another output in this window has filters of its own.
  const PLACE = "foley shown " + location.pathname.replace(/[^/]*$/, "");

  /** What is shown, kept while the window is open, so that the page of a track can go on in it. */
  foley.shownNow = function () {
    try {
      return JSON.parse(sessionStorage.getItem(PLACE)) || {};
    } catch {
      return {};
    }
  };

  foley.keepShown = function (shown) {
    try {
      sessionStorage.setItem(PLACE, JSON.stringify(shown));
    } catch {
      // As in foley.remember.
    }
  };

  /** Return a level with a typographic minus. */
  foley.signed = (value) => (typeof value === "number" ? value.toFixed(1).replace("-", "−") : "–");

  /** Return the length of time in words: 1:02:03 or 0:09.6. */
  foley.clock = function (seconds, digits = 1) {
    if (seconds === null || seconds === undefined) return "–";
    const scale = 10 ** digits;
    const all = Math.round(seconds * scale) / scale;
    const hours = Math.floor(all / 3600);
    const minutes = Math.floor(all / 60) % 60;
    const rest = (all % 60).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  };
})((window.foley = window.foley || {}));
