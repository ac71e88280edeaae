// Says two minutes before the session ends that it will, and lets it go on; after the end, goes on with what was begun
// once somebody is signed in again, in whichever tab.
(() => {
  const notice = document.getElementById("session-end");
  if (!notice) return;
  const WARNING = 120;
  const { tell } = window.identityCloud;
  const home = document.createComment("");
  notice.before(home);
  let timer;

  const ask = async (method) => {
    const headers = { Accept: "application/json", "X-CSRFToken": notice.querySelector("[name=csrfmiddlewaretoken]").value };
    const response = await fetch(notice.dataset.address, { method, headers });
    if (!response.ok) throw new Error(response.status);
    return response.json();
  };

  const wait = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, seconds * 1000);
  };

  /** Nothing outside of an open dialog can be reached. */
  const place = () => {
    const dialog = document.querySelector("dialog[open]");
    if (!dialog) home.after(notice);
    else if (notice.parentElement !== dialog) dialog.prepend(notice);
  };

  const say = (sentence) => {
    const text = notice.querySelector("p");
    if (text.textContent !== sentence) tell(sentence);
    text.textContent = sentence;
    place();
    notice.hidden = false;
  };

  const show = (left) => {
    const { minutes, over } = notice.dataset;
    say(left ? minutes.replace("%s", Math.max(1, Math.round(left / 60))) : over);
    notice.querySelector("form").hidden = !left;
    notice.querySelector("a").hidden = Boolean(left);
  };

  const isOver = () => !notice.hidden && notice.querySelector("form").hidden;

  /** Forms from before the sign-in are good again, and one that was refused for want of a session is sent. */
  const goOn = (token) => {
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    if (isOver()) tell(notice.dataset.back);
    notice.hidden = true;
    document.querySelector("[data-send-again]")?.requestSubmit();
  };

  /** Another tab may have gone on meanwhile, so the server is asked. */
  const look = async (method = "GET") => {
    const { seconds_left: left, operator, token } = await ask(method).catch(() => ({ seconds_left: WARNING + 10 }));
    // Without an operator there was no connection: later again.
    if (left && operator && operator !== notice.dataset.operator) {
      notice.querySelector("form").hidden = notice.querySelector("a").hidden = true;
      return say(notice.dataset.other);
    }
    if (left && operator && (isOver() || document.querySelector("[data-send-again]"))) goOn(token);
    if (left > WARNING) {
      if (!isOver()) notice.hidden = true;
      return wait(left - WARNING);
    }
    show(left);
    if (left) wait(Math.min(left + 1, 30));
  };

  notice.addEventListener("submit", (event) => {
    event.preventDefault();
    look("POST");
  });
  document.addEventListener("htmx:afterSettle", place);
  document.addEventListener("close", place, true); // It does not bubble, so it is caught on its way down.
  // A machine that has slept knows nothing of the time that went by.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look();
  });
  // In another window the sign-in hides nothing.
  window.addEventListener("focus", () => {
    if (isOver() || document.querySelector("[data-send-again]")) look();
  });
  wait(Math.max(1, notice.dataset.left - WARNING));
})();
