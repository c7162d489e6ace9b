// Drawings on the timeline: ruler and waveform, of what is in sight.
(function (foley) {
  "use strict";

  const STEPS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800];
  const LEAST_PX = 84;

  function sized(canvas, width, height) {
    const scale = window.devicePixelRatio || 1;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const paint = canvas.getContext("2d");
    paint.setTransform(scale, 0, 0, scale, 0, 0);
    paint.clearRect(0, 0, width, height);
    return paint;
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** Draw times from `first` seconds on, at `scale` pixels a second. */
  foley.drawRuler = function (canvas, width, height, first, scale, duration) {
    const paint = sized(canvas, width, height);
    const step = STEPS_S.find((one) => one * scale >= LEAST_PX) || STEPS_S[STEPS_S.length - 1];
    paint.font = "11px system-ui, sans-serif";
    paint.fillStyle = colour("--quiet");
    paint.strokeStyle = colour("--line-strong");
    paint.beginPath();
    const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
    for (let mark = Math.floor(first / step); mark * step <= duration; mark++) {
      const x = (mark * step - first) * scale;
      if (x > width) break;
      paint.moveTo(x + 0.5, height - 8);
      paint.lineTo(x + 0.5, height);
      for (let part = 1; part < 5; part++) {
        const small = Math.round(x + (part / 5) * step * scale) + 0.5;
        paint.moveTo(small, height - 4);
        paint.lineTo(small, height);
      }
      paint.fillText(foley.clock(mark * step, digits), x + 4, height - 10);
    }
    paint.stroke();
  };

  /** Return a waveform from its data. */
  foley.waveformOf = function (data) {
    const bytes = foley.bytes(data.peaks);
    return { perSecond: data.per_s, peaks: new Int8Array(bytes.buffer) };
  };

  /** Draw a waveform from `first` seconds on, with its quiet parts raised. */
  foley.drawWaveform = function (canvas, width, height, first, scale, waveform) {
    const paint = sized(canvas, width, height);
    const middle = height / 2;
    paint.fillStyle = colour("--line");
    paint.fillRect(0, Math.floor(middle), width, 1);
    if (!waveform) return;
    paint.fillStyle = colour("--wave");
    const count = waveform.peaks.length / 2;
    for (let x = 0; x < width; x++) {
      const begin = Math.floor((first + x / scale) * waveform.perSecond);
      const end = Math.max(begin + 2, Math.ceil((first + (x + 1) / scale) * waveform.perSecond));
      if (begin >= count) break;
      let low = 127;
      let high = -127;
      for (let one = begin; one < Math.min(end, count); one++) {
        low = Math.min(low, waveform.peaks[2 * one]);
        high = Math.max(high, waveform.peaks[2 * one + 1]);
      }
      const top = middle - raised(high) * (middle - 2);
      const bottom = middle - raised(low) * (middle - 2);
      paint.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
  };

  /** The square root keeps beds visible beneath what happens. */
  function raised(value) {
    return Math.sign(value) * Math.sqrt(Math.abs(value) / 127);
  }
})((window.foley = window.foley || {}));
