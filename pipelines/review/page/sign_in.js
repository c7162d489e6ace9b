// Trades the token of a service for a cookie, then goes to the page that was asked for.
(function () {
  "use strict";

  const by = (id) => document.getElementById(id);

  /** Return the page that was asked for, if it is a place of this service; else the list of all. */
  function wanted() {
    const path = decodeURIComponent(location.hash.slice(1));
    return /^\/soundtracks\/[0-9a-f]{32}\/page/.test(path) ? path : "/page";
  }

  by("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch("/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: by("token").value }),
      credentials: "same-origin",
    }).catch(() => null);
    if (!answer || !answer.ok) by("told").textContent = "This is not the service's token. 令牌不正确。";
    else location.replace(wanted());
  });
})();
