// The heads of the lanes: names of groups and, where there are stems, solo, mute and level.
(function (foley) {
  "use strict";

  class LaneHeads {
    constructor(view) {
      this.view = view;
      this.root = document.getElementById("lane-heads");
      this.made = new Map();
    }

    show() {
      const { lanes } = this.view.timeline;
      const groups = lanes.map((lane) => lane.group).join(" ") + foley.isChinese() + [...this.view.mixer.stems.keys()];
      if (groups !== this.groups) {
        this.groups = groups;
        this.made = new Map(lanes.map((lane) => [lane.group, this.head(lane.group)]));
        this.root.replaceChildren(...[...this.made.values()].map((head) => head.root));
      }
      for (const lane of lanes) this.state(lane);
    }

    head(group) {
      const name = foley.groupName(group);
      const root = foley.make("div", "lane-head");
      root.style.setProperty("--hue", foley.groupHue(group));
      root.append(foley.make("span", "dot", null, { "aria-hidden": "true" }), foley.make("span", "lane-name", name));
      const stem = this.view.mixer.stems.get(group);
      if (!stem) return { root };
      const made = { root, solo: this.button("S", "solo", group), mute: this.button("M", "mute", group) };
      made.level = foley.make("input", "level", null, {
        type: "range", min: foley.Mixer.LOWEST_DB, max: 0, step: 1, "aria-label": foley.say("gain_of", name),
      });
      made.level.addEventListener("input", () => this.view.mixer.set(group, { level: Number(made.level.value) }));
      root.append(made.solo, made.mute, made.level);
      return made;
    }

    button(letter, what, group) {
      const button = foley.make("button", what, letter, {
        type: "button", "aria-label": `${foley.say(what)}: ${foley.groupName(group)}`, title: foley.say(what),
      });
      button.addEventListener("click", () => {
        const stem = this.view.mixer.stems.get(group);
        this.view.mixer.set(group, { [what]: !stem[what] });
      });
      return button;
    }

    state(lane) {
      const head = this.made.get(lane.group);
      const stem = this.view.mixer.stems.get(lane.group);
      head.root.style.height = lane.element.style.height;
      if (!stem || !head.solo) return;
      head.solo.setAttribute("aria-pressed", String(stem.solo));
      head.mute.setAttribute("aria-pressed", String(stem.mute));
      head.level.value = stem.level;
      head.level.title = head.level.ariaValueText = `${stem.level} dB`;
      head.root.classList.toggle("idle", this.view.mixer.mode !== "stems");
    }
  }

  foley.LaneHeads = LaneHeads;
})((window.foley = window.foley || {}));
