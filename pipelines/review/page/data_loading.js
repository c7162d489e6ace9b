// Data arrives as scripts that call foleyData(name, value): a page that was opened from a disk may
// not read files in any other way.
(function (foley) {
  "use strict";

  const KEPT = 60;
  const waiting = new Map();
  const kept = new Map();

  window.foleyData = function (name, value) {
    const found = waiting.get(name);
    if (found) found.value = value;
  };

  /** Return a promise of the data of a name; `fresh` reads it again. */
  foley.load = function (name, fresh) {
    if (!fresh && kept.has(name)) return kept.get(name);
    const promise = read(name, fresh);
    kept.delete(name);
    kept.set(name, promise);
    promise.catch(() => kept.delete(name));
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return promise;
  };

  function read(name, fresh) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const held = {};
      const end = (after) => {
        script.remove();
        waiting.delete(name);
        after();
      };
      waiting.set(name, held);
      script.src = name + ".js" + (fresh ? "?" + Date.now() : "");
      script.onload = () =>
        end(() => ("value" in held ? resolve(held.value) : reject(new Error(name))));
      script.onerror = () => end(() => reject(new Error(name)));
      document.head.append(script);
    });
  }

  /** Return the bytes of a base64 text. */
  foley.bytes = function (text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  };

  /** Return an element with a class, a text and attributes; text is never read as HTML. */
  foley.make = function (tag, className, text, attributes) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    return made;
  };

  /** Return what is remembered under a name on this machine, or what stands for it. */
  foley.remembered = function (name, otherwise) {
    try {
      const text = localStorage.getItem("foley " + name);
      return text === null ? otherwise : JSON.parse(text);
    } catch {
      return otherwise;
    }
  };

  foley.remember = function (name, value) {
    try {
      localStorage.setItem("foley " + name, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing keeps the page usable.
    }
  };
})((window.foley = window.foley || {}));
