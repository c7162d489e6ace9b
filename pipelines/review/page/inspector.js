// The chosen cue: what it is, when, how loud, with fields that become corrections.
(function (foley) {
  "use strict";

  const by = (id) => document.getElementById(id);

  class Inspector {
    constructor(view) {
      this.view = view;
      this.root = by("inspector");
      by("sound-list").replaceChildren();
    }

    /** Show a cue, or say how to choose one. */
    show(cue) {
      const kept = document.activeElement && this.root.contains(document.activeElement) ? document.activeElement.name : null;
      this.cue = cue;
      this.root.replaceChildren();
      if (!cue) {
        this.root.append(foley.make("p", "nothing", foley.say("no_cue")));
        return;
      }
      const title = foley.make("h2", "cue-title");
      const dot = foley.make("span", "dot", null, { "aria-hidden": "true" });
      dot.style.setProperty("--hue", foley.groupHue(cue.group));
      title.append(dot, foley.soundName(cue.sound_class));
      for (const state of ["unsure", "absurd", "added", "deleted", "silent"]) {
        if (cue[state]) title.append(foley.make("span", "chip " + state, foley.say(state)));
      }
      this.root.append(title, this.facts(cue));
      if (!cue.cue_id) this.root.append(foley.make("p", "quiet", foley.say("composed_cue")));
      else this.root.append(this.buttons(cue), this.form(cue), this.takes(cue));
      if (kept) this.root.querySelector(`[name="${kept}"]`)?.focus();
    }

    facts(cue) {
      const list = foley.make("dl", "facts");
      const tell = (name, text) => list.append(foley.make("dt", "", foley.say(name)), foley.make("dd", "", text));
      tell("confidence", `${Math.round((cue.confidence ?? 1) * 100)} %`);
      tell("source", cue.source || "–");
      if (cue.cue_id && !cue.added) tell("cue", cue.cue_id);
      return list;
    }

    form(cue) {
      const form = foley.make("div", "fields");
      const video = this.view.doc.video_id;
      const make = (row) => this.view.edits.make({ video_id: video, cue: cue.cue_id, ...row });
      const known = foley.soundClass(cue.sound_class);
      const renamed = (change) =>
        make({ op: "relabel", sound_class: cue.sound_class, material: cue.material || undefined, ...change });
      const fields = [
        this.text("sound", cue.sound_class, (text) => {
          const found = foley.soundNamed(text);
          if (!found) return foley.say("unknown_sound");
          const material = found.materials.includes(cue.material) ? cue.material : undefined;
          make({ op: "relabel", sound_class: found.name, material });
          return "";
        }, { list: "sound-list", autocomplete: "off" }),
        this.select("material", cue.material || "", known ? known.materials : [], (value) => renamed({ material: value })),
        this.text("from", this.view.timeText(cue.onset), (text) => this.time(text, "late_time", (samples) => samples < this.view.samples && [samples, null])),
        this.text("to", this.view.timeText(cue.offset), (text) => this.time(text, "early_end", (samples) => samples > cue.onset && [cue.onset, samples])),
        this.range("intensity", cue.intensity ?? 0.7, 0, 1, 0.05, (value) => renamed({ intensity: value })),
      ];
      if (foley.operations.includes("gain")) {
        fields.push(this.range("gain", cue.gain_by ?? 0, -40, 12, 0.5, (value) => make({ op: "gain", gain_db: value })));
      }
      if (foley.operations.includes("place")) {
        fields.push(this.range("place", cue.pan ?? 0, -1, 1, 0.05, (value) => make({ op: "place", pan: value })));
      }
      fields.push(this.text("why", this.view.whyOf(cue), (text) => this.view.explain(cue, text), { maxlength: "500" }));
      form.append(...fields);
      if (cue.deleted) for (const one of form.querySelectorAll("input, select")) one.disabled = true;
      // A cue that is not there yet has no id by which its level or place could be named.
      if (cue.added) for (const one of form.querySelectorAll("[name=gain], [name=place]")) one.disabled = true;
      return form;
    }

    labelled(name, control) {
      const label = foley.make("label", "field");
      label.append(foley.make("span", "", foley.say(name)), control);
      control.name = name;
      return label;
    }

    text(name, value, take, attributes) {
      const input = foley.make("input", "", null, { type: "text", spellcheck: "false", ...attributes });
      input.value = name === "sound" ? foley.soundName(value) : value;
      // A fault stands in the label, and is no part of the field's name.
      const told = foley.make("span", "fault", "", { role: "alert", id: `fault-${name}` });
      input.setAttribute("aria-label", foley.say(name));
      input.setAttribute("aria-describedby", told.id);
      input.addEventListener("change", () => {
        const fault = take(input.value);
        told.textContent = fault || "";
        input.setAttribute("aria-invalid", String(Boolean(fault)));
      });
      const label = this.labelled(name, input);
      label.append(told);
      return label;
    }

    select(name, value, values, take) {
      const select = foley.make("select");
      if (!values.includes(value)) select.append(foley.make("option", "", value || "–", { value }));
      for (const one of values) select.append(foley.make("option", "", one, { value: one }));
      select.value = value;
      select.disabled = !values.length;
      select.addEventListener("change", () => take(select.value));
      return this.labelled(name, select);
    }

    range(name, value, min, max, step, take) {
      const input = foley.make("input", "", null, { type: "range", min, max, step });
      input.value = value;
      const shown = foley.make("output", "number", String(round(value)));
      input.addEventListener("input", () => (shown.textContent = String(round(Number(input.value)))));
      input.addEventListener("change", () => take(Number(input.value)));
      const label = this.labelled(name, input);
      label.append(shown);
      return label;
    }

    /** Move the shown cue to where `placed` says for a time; `fault` is said where it cannot be. */
    time(text, fault, placed) {
      const samples = this.view.samplesOf(text);
      if (samples === null) return foley.say("bad_time");
      const place = placed(samples);
      if (!place) return foley.say(fault);
      this.view.moveCue(this.cue, ...place);
      return "";
    }

    /** The takes that were performed of a cue: each can be heard alone, and chosen. */
    takes(cue) {
      const list = foley.make("ul", "takes", null, { "aria-label": foley.say("takes") });
      for (const one of (this.view.doc.takes || []).filter((take) => take.cue === cue.cue_id)) {
        const line = foley.make("li");
        const hear = foley.make("button", "", "▶", { type: "button", "aria-label": `${foley.say("play")}: ${foley.say("take", one.take)}` });
        hear.addEventListener("click", () => {
          this.view.player.pause();
          if (this.heard) this.heard.pause();
          this.heard = new Audio(one.address);
          this.heard.play().catch(() => {});
        });
        const isChosen = (cue.take || 0) === one.take;
        const choose = foley.make("button", "", foley.say(isChosen ? "chosen" : "choose"), { type: "button", "aria-pressed": String(isChosen) });
        choose.addEventListener("click", () => this.view.edits.make({ video_id: this.view.doc.video_id, cue: cue.cue_id, op: "take", take: one.take }));
        line.append(hear, foley.make("span", "", foley.say("take", one.take)), choose);
        list.append(line);
      }
      return list;
    }

    buttons(cue) {
      const row = foley.make("div", "buttons");
      const add = (name, keys, take) => {
        const button = foley.make("button", "", foley.say(name), { type: "button" });
        if (keys) button.title = keys;
        button.addEventListener("click", take);
        row.append(button);
      };
      if (!cue.deleted) {
        if (!cue.added) add("reroll", "R", () => this.view.reroll());
        add("delete", "Delete", () => this.view.remove());
      }
      if (cue.edited && !cue.added) add("keep", "", () => this.view.edits.forget(this.view.doc.video_id, cue.cue_id));
      return row;
    }

    /** Fill the list of sounds that the name field offers. */
    speak() {
      by("sound-list").replaceChildren(
        ...foley.usableSounds().map((one) => {
          const words = foley.isChinese() ? one.zh : one.en;
          return foley.make("option", "", [foley.groupName(one.group), ...words.slice(0, 3)].join(" · "), { value: foley.soundName(one.name) });
        }),
      );
    }
  }

  function round(value) {
    return Math.round(value * 100) / 100;
  }

  foley.Inspector = Inspector;
})((window.foley = window.foley || {}));
