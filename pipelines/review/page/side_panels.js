// Notes of the track, and the corrections that wait: to download, or to apply through a service.
(function (foley) {
  "use strict";

  const TAKEN_MS = 120000;
  const LOOK_MS = 1000;
  const ACCEPTED = 202;
  const by = (id) => document.getElementById(id);
  const service = document.documentElement.dataset.service || "";

  class SidePanels {
    constructor(view) {
      this.view = view;
      by("download").addEventListener("click", () => this.download());
      by("apply").addEventListener("click", () => this.apply());
      by("undo").addEventListener("click", () => view.edits.undo());
      by("forget").addEventListener("click", () => {
        if (confirm(foley.say("really"))) view.edits.forgetAll();
      });
      by("by").addEventListener("input", () => {
        view.edits.by = by("by").value.trim();
        this.tell("");
      });
      by("by").value = view.edits.by;
      by("apply").hidden = !service;
      for (const tab of document.querySelectorAll("[role=tab]")) {
        tab.addEventListener("click", () => this.turn(tab));
        tab.addEventListener("keydown", (event) => this.turnByKey(event));
      }
    }

    turn(chosen) {
      for (const tab of document.querySelectorAll("[role=tab]")) {
        const on = tab === chosen;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
        by(tab.getAttribute("aria-controls")).hidden = !on;
      }
    }

    turnByKey(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const tabs = [...document.querySelectorAll("[role=tab]")];
      const next = tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length];
      this.turn(next);
      next.focus();
    }

    show() {
      this.showNotes();
      this.showEdits();
    }

    showNotes() {
      const { doc } = this.view;
      const told = [doc.error, ...(doc.qc_reasons || []).map((reason) => `${foley.say("qc")}: ${reason}`), doc.loudness_note, ...doc.notes].filter(Boolean);
      by("notes").replaceChildren(
        ...(told.length ? told.map((note) => foley.make("li", "", note)) : [foley.make("li", "quiet", foley.say("no_notes"))]),
      );
      by("notes-count").textContent = told.length ? String(told.length) : "";
    }

    showEdits() {
      const { doc, edits } = this.view;
      const own = edits.of(doc.video_id);
      by("edits").replaceChildren(
        ...(own.length ? own.map((row) => this.editLine(row)) : [foley.make("li", "quiet", foley.say("no_edits"))]),
      );
      const others = edits.rows.length - own.length;
      by("others").textContent = others ? foley.say("other_videos", others) : "";
      by("edits-count").textContent = edits.rows.length ? String(edits.rows.length) : "";
      by("download").disabled = by("forget").disabled = !edits.rows.length;
      by("apply").disabled = !own.length;
      by("undo").disabled = !edits.past.length;
    }

    editLine(row) {
      const line = foley.make("li", "edit");
      const cue = this.view.cueOf(row.cue);
      const former = this.view.doc.cues.find((one) => one.cue_id === row.cue);
      const name = foley.soundName((row.op === "relabel" && former ? former : cue || row).sound_class || "");
      const told = { relabel: foley.soundName(row.sound_class || "") + (row.material ? `, ${row.material}` : ""),
        move: foley.clock(Number(row.time), 2), add: foley.clock(Number(row.time), 2), gain: `${row.gain_db} dB`,
        place: row.pan, take: row.take }[row.op] ?? "";
      const button = foley.make("button", "plain", `${name} ${foley.say("op_" + row.op)} ${told}`, { type: "button" });
      button.addEventListener("click", () => this.view.select(row.cue, true));
      const drop = foley.make("button", "plain drop", "×", { type: "button", "aria-label": foley.say("undo") });
      drop.addEventListener("click", () => this.view.edits.forget(row.video_id, row.cue));
      line.append(button, drop);
      return line;
    }

    tell(text) {
      by("told").textContent = text;
    }

    named() {
      if (this.view.edits.by) return true;
      this.turn(by("tab-edits"));
      this.tell(foley.say("need_name"));
      by("by").focus();
      return false;
    }

    download() {
      if (!this.named()) return;
      const link = foley.make("a", "", null, { download: "corrections.jsonl" });
      link.href = URL.createObjectURL(new Blob([this.view.edits.file()], { type: "application/x-ndjson" }));
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      this.tell(foley.say("then_run"));
    }

    /** Post the corrections of this video; then the new track takes the place of the former. */
    async apply() {
      if (!this.named()) return;
      const { doc, edits } = this.view;
      by("apply").disabled = true;
      this.tell(foley.say("applying"));
      try {
        const answer = await fetch(service, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: edits.asked(doc.video_id),
          credentials: "same-origin",
          signal: AbortSignal.timeout(TAKEN_MS),
        });
        const said = await answer.json().catch(() => ({}));
        if (!answer.ok) throw new Error([said.detail || answer.statusText, ...(said.problems || [])].join(" "));
        edits.forgetVideo(doc.video_id);
        await this.reload(doc.sha256, answer.status === ACCEPTED);
        this.tell(foley.say("applied"));
      } catch (error) {
        this.tell(foley.say("failed", error.message));
      }
      this.showEdits();
    }

    /** Load the track again; one that is still being made, once it has changed. */
    async reload(former, waits) {
      const begun = performance.now();
      do {
        if (waits) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        await this.view.reload();
      } while (waits && this.view.doc.sha256 === former && performance.now() - begun < TAKEN_MS);
    }
  }

  foley.SidePanels = SidePanels;
})((window.foley = window.foley || {}));
