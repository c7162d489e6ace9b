// Times as people write them, as `foley correct` reads them too: pictures are counted from the
// timecode of the source's first one, and where it drops labels, so does the page.
(function (foley) {
  "use strict";

  let first = 0;
  let dropped = 0;
  let nominal = 25;

  /** Count as the source of a document does: its first picture, and whether labels are dropped. */
  foley.countAs = function (doc, frameRate) {
    nominal = Math.max(1, Math.round(frameRate));
    first = doc.first_frame || 0;
    dropped = doc.drops_labels ? Math.floor(nominal / 15) : 0;
  };

  const day = () => 24 * 3600 * nominal - dropped * 24 * 54;

  /** Return the timecode hh:mm:ss:ff of a moment at the nominal rate. */
  foley.timecode = function (seconds, frameRate) {
    let picture = (first + Math.floor(seconds * frameRate + 1e-4)) % day();
    if (dropped) {
      const ten = 600 * nominal - 9 * dropped;
      const minutes = Math.floor(Math.max(0, (picture % ten) - dropped) / (60 * nominal - dropped));
      picture += dropped * (9 * Math.floor(picture / ten) + minutes);
    }
    const whole = Math.floor(picture / nominal);
    const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60, picture % nominal];
    const [hours, minutes, secs, frames] = parts.map((part) => String(part).padStart(2, "0"));
    return `${hours}:${minutes}:${secs}${dropped ? ";" : ":"}${frames}`;
  };

  /** Return the number of the picture of a label, from 0 for the first; null for a dropped one. */
  function pictureOf(hours, minutes, seconds, frames) {
    if (frames >= nominal || hours >= 24) return null;
    if (frames < dropped && seconds === 0 && minutes % 10) return null;
    const gone = dropped * (hours * 54 + minutes - Math.floor(minutes / 10));
    const picture = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames - gone - first;
    // The count of a video that passes midnight begins anew.
    if (picture < 0 && 2 * (picture + day()) < day()) return picture + day();
    return picture < 0 ? null : picture;
  }

  /** Return the samples at 48 kHz that a text means: seconds, mm:ss.mmm, hh:mm:ss:ff; else null. */
  foley.samplesOf = function (text, frameRate) {
    const plain = text.trim();
    let found = /^(\d{1,3}):([0-5]?\d):([0-5]?\d)[:;](\d{1,3})$/.exec(plain);
    if (found) {
      const picture = pictureOf(...found.slice(1).map(Number));
      return picture === null ? null : Math.round((picture / frameRate) * foley.RATE);
    }
    found = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,7}(?:[.,]\d{1,6})?)$/.exec(plain);
    if (!found) return null;
    const [hours, minutes, seconds] = [found[1] || "0", found[2] || "0", found[3].replace(",", ".")];
    return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * foley.RATE);
  };
})((window.foley = window.foley || {}));
