// The picture: a video without its own sound, or stills where the browser plays none.
(function (foley) {
  "use strict";

  const FAR_S = 0.4;
  const NEAR_S = 0.008;
  // Of the distance, so much is made up for in a second, by a pace that is off by half at most: from
  // the farthest that is no jump it is within a frame after one second.
  const CATCH_UP = 4;
  const PACE_OFF = 0.5;

  class Picture {
    constructor(root) {
      this.jumpTakes = 0.05;
      this.root = root;
      this.video = null;
      this.strip = null;
      this.start = 0;
    }

    /** Show the picture of a track, or say that there is none. */
    open(shown, duration) {
      this.close();
      this.duration = duration || 1;
      this.shown = shown;
      if (shown && shown.video) this.openVideo(shown);
      else this.openStrip();
    }

    close() {
      if (this.video) this.video.removeAttribute("src");
      if (this.video) this.video.load();
      this.video = this.strip = null;
      this.root.replaceChildren();
    }

    openVideo(shown) {
      const video = foley.make("video", "", null, { playsinline: "", preload: "auto", tabindex: "-1" });
      video.muted = true;
      video.disableRemotePlayback = true;
      this.start = shown.start_s || 0;
      video.addEventListener("error", () => {
        if (this.video !== video) return;
        this.video = null;
        this.root.replaceChildren();
        this.openStrip();
      });
      video.src = shown.video;
      this.video = video;
      this.root.append(video);
    }

    openStrip() {
      const shown = this.shown;
      if (!shown || !shown.strip) {
        this.root.append(foley.make("p", "nothing", foley.say("no_picture")));
        return;
      }
      const canvas = foley.make("canvas", "", null, { role: "img", "aria-label": foley.say("strip_note") });
      const image = new Image();
      image.onload = () => {
        canvas.width = Math.round(image.naturalWidth / shown.pictures);
        canvas.height = image.naturalHeight;
        this.strip = { canvas, image, pictures: shown.pictures, last: -1 };
        this.draw(this.at || 0);
      };
      image.src = shown.strip;
      this.root.append(canvas, foley.make("p", "under quiet", foley.say("strip_note")));
    }

    draw(seconds) {
      const { canvas, image, pictures, last } = this.strip;
      const index = Math.min(pictures - 1, Math.max(0, Math.floor((seconds / this.duration) * pictures)));
      if (index === last) return;
      this.strip.last = index;
      canvas.getContext("2d").drawImage(image, index * canvas.width, 0, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
    }

    /** Show the picture of a moment; one that is shown already is not looked for again. */
    seek(seconds) {
      this.at = seconds;
      const wanted = this.start + seconds;
      if (this.video && Math.abs(this.video.currentTime - wanted) > NEAR_S) this.video.currentTime = wanted;
      if (this.strip) this.draw(seconds);
    }

    play(rate) {
      if (!this.video) return;
      this.video.playbackRate = rate;
      this.video.play().catch(() => {});
    }

    pause() {
      if (this.video) this.video.pause();
    }

    /** Jump ahead by as long as a jump takes, so that the picture arrives in time. */
    jump(seconds, rate) {
      const video = this.video;
      const begun = performance.now();
      video.addEventListener("seeked", () => {
        const took = (performance.now() - begun) / 1000;
        this.jumpTakes = Math.min(0.5, (this.jumpTakes + took) / 2);
      }, { once: true });
      video.currentTime = this.start + seconds + this.jumpTakes * rate;
    }

    /** Bring the playing picture to the moment that is heard: far off by a jump, else by pace. */
    follow(seconds, rate) {
      this.at = seconds;
      if (this.strip) this.draw(seconds);
      const video = this.video;
      if (!video || video.seeking || video.readyState < 2) return;
      const late = video.currentTime - this.start - seconds;
      this.late = late;
      if (Math.abs(late) > FAR_S) this.jump(seconds, rate);
      else video.playbackRate = rate * (Math.abs(late) > NEAR_S ? 1 - Math.max(-PACE_OFF, Math.min(PACE_OFF, late * CATCH_UP)) : 1);
    }
  }

  foley.Picture = Picture;
})((window.foley = window.foley || {}));
