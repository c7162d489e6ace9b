// Keys as in an editing program, and the list of them.
(function (foley) {
  "use strict";

  const HELP = [
    ["Space", "k_play"], ["J  K  L", "k_jkl"], ["←  →", "k_frame"], ["Shift ←  →", "k_second"],
    ["Home  End", "k_ends"], ["M", "k_mark"], ["A", "k_add"], ["N  P", "k_cues"], ["H", "k_here"],
    ["Alt ←  →", "k_nudge"], ["Delete", "k_delete"], ["R", "k_reroll"], ["Ctrl Z", "k_undo"],
    ["B", "k_compare"], ["T", "k_stems"], ["S", "k_spectrogram"], ["+  −  0", "k_zoom"],
    ["[  ]", "k_videos"], ["?", "k_help"],
  ];
  const by = (id) => document.getElementById(id);

  foley.showHelp = function () {
    by("keys").replaceChildren(
      ...HELP.flatMap(([keys, word]) => {
        const term = foley.make("dt");
        for (const key of keys.split("  ")) term.append(foley.make("kbd", "", key), " ");
        return [term, foley.make("dd", "", foley.say(word))];
      }),
    );
    by("help").showModal();
  };

  /** Whether a key belongs to the element that has the focus. */
  function isTaken(event) {
    const at = event.target;
    if (by("help").open) return true;
    if (at.matches("select, textarea, input:not([type=range])")) return true;
    if (at.matches("input[type=range]")) return /^(Arrow|Home|End|Page)/.test(event.key);
    return event.key === " " && at.matches("button:not(.cue), a, summary");
  }

  foley.listenToKeys = function (view) {
    const { player, timeline, mixer } = view;
    const frames = (event, step) => {
      if (event.altKey) view.nudge(step);
      else if (event.shiftKey) {
        player.pause();
        player.seek(player.position + step);
      } else player.step(step);
    };
    const keys = {
      " ": () => player.toggle(),
      j: () => player.shuttle(-1),
      k: () => player.pause(),
      l: () => player.shuttle(1),
      ArrowLeft: (event) => frames(event, -1),
      ArrowRight: (event) => frames(event, 1),
      Home: () => player.seek(0),
      End: () => player.seek(player.duration),
      m: () => view.mark(),
      a: () => view.addCue(),
      n: () => view.nextCue(1),
      p: () => view.nextCue(-1),
      h: () => view.moveHere(),
      Delete: () => view.remove(),
      Backspace: () => view.remove(),
      r: () => view.reroll(),
      b: () => mixer.swap(),
      t: () => mixer.listen(mixer.mode === "stems" ? "track" : "stems"),
      s: () => view.toggleSpectrogram(),
      "+": () => timeline.zoom(1.6),
      "=": () => timeline.zoom(1.6),
      "-": () => timeline.zoom(1 / 1.6),
      0: () => timeline.zoomAll(),
      "[": () => view.goOn(-1),
      "]": () => view.goOn(1),
      "?": () => foley.showHelp(),
    };
    // A button that was clicked gives the focus back, so that the space bar plays.
    document.addEventListener("click", (event) => {
      if (event.detail > 0) event.target.closest("button:not(.cue, [role=tab])")?.blur();
    });
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !isTaken(event)) {
        event.preventDefault();
        view.edits.undo();
        return;
      }
      if (event.ctrlKey || event.metaKey || isTaken(event)) return;
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act || !view.doc) return;
      event.preventDefault();
      act(event);
    });
  };
})((window.foley = window.foley || {}));
