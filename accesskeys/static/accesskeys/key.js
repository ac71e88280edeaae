// Showing, hiding and copying keys. A key is in the page only while it is shown.
(() => {
  const { tell, warn, copy, copyFrom, confirmCopy, offer } = window.identityCloud;
  const SECONDS = 30;
  const timers = new Map();

  const shownIn = (key) => key.querySelector(".shown-key");

  const hide = (key) => {
    clearInterval(timers.get(key));
    timers.delete(key);
    const value = key.querySelector(".key-value");
    if (value.contains(document.activeElement)) key.querySelector("[type=submit]").focus();
    if (shownIn(key)) tell(document.body.dataset.hidden);
    value.replaceChildren();
  };

  const hideAll = () => document.querySelectorAll(".key:has(.shown-key)").forEach(hide);

  /** Count down beside the shown key, then hide it. */
  const keepFor = (key, seconds) => {
    clearInterval(timers.get(key));
    const end = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left <= 0 || !key.isConnected) return hide(key);
      key.querySelector(".countdown").textContent = document.body.dataset.secondsLeft.replace("%s", left);
    };
    timers.set(key, setInterval(tick, 1000));
    tick();
  };

  const welcome = (key) => {
    if (!shownIn(key)) return;
    keepFor(key, SECONDS);
    if (key.dataset.offer) offer(shownIn(key));
    else tell(document.body.dataset.shown);
    delete key.dataset.offer;
  };

  /** The key, straight from the server to whoever asked; it never enters the page. */
  const fetchKey = async (form, more = {}) => {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    body.set("to_copy", "yes"); // The audit log tells it from showing.
    const response = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
    }).catch(() => {
      throw new Error(document.body.dataset.unreachable);
    });
    const needed = response.headers.get("Proof-Needed");
    if (needed) {
      const given = await window.identityCloud.prove(needed);
      if (!given) throw new Error();
      return fetchKey(form, given);
    }
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.errors[0].detail);
    return answer.key;
  };

  const copyKey = async (button) => {
    const key = button.closest(".key");
    if (shownIn(key)) return copyFrom(shownIn(key), button);
    try {
      if (await copy(() => fetchKey(button.form))) return confirmCopy(button);
      key.dataset.offer = "yes";
      button.form.requestSubmit();
    } catch (problem) {
      if (problem.message) warn(problem.message);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-key]");
    if (button) copyKey(button);
    const closer = event.target.closest("[data-hide-key]");
    if (closer) hide(closer.closest(".key"));
  });

  // The same button hides a key that is shown.
  document.addEventListener(
    "submit",
    (event) => {
      const key = event.target.closest(".key");
      if (!key || !shownIn(key)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      hide(key);
    },
    true,
  );

  document.addEventListener("htmx:afterSwap", ({ target }) => {
    const key = target.closest(".key");
    if (key) welcome(key);
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hideAll();
  });
  window.addEventListener("pagehide", hideAll);
  // What is shown once stays until the page is left, for nothing could show it again.
  window.addEventListener("pagehide", () =>
    document.querySelectorAll("[data-wiped]").forEach((shown) => shown.replaceChildren()),
  );

  document.querySelectorAll(".key").forEach(welcome);
  // Without scripts there is no Copy, and the browser has gone to the button before it.
  document.querySelector("[data-copy-key][autofocus]")?.focus();
})();
