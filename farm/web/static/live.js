// Looks again every few seconds and puts the new content in place, so that scroll position and focus stay.
"use strict";

(() => {
  const seconds = Number(document.body.dataset.refresh);
  const stale = document.getElementById("stale");
  let timer = 0;

  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(look, pause * 1000);
  };

  // Somebody who copies a reason, or has moved into the table with the keyboard, is not disturbed.
  const busy = () => {
    const main = document.getElementById("main");
    return String(getSelection()) !== "" || (main !== document.activeElement && main.contains(document.activeElement));
  };

  const look = async () => {
    if (document.hidden || busy()) {
      later(seconds);
      return;
    }
    let pause = seconds;
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(20000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      if (fresh && !busy()) document.getElementById("main").replaceWith(fresh);
      pause = Number(page.body.dataset.refresh) || seconds;
      stale.hidden = true;
    } catch {
      stale.hidden = false;
    }
    later(pause);
  };

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) later(0);
  });
  later(seconds);
})();
