// Says two minutes before the session ends that it will, and lets it go on.
(() => {
  const notice = document.getElementById("session-end");
  if (!notice) return;
  const WARNING = 120;
  const { tell } = window.identityCloud;
  let timer;

  const ask = async (method) => {
    const headers = { Accept: "application/json", "X-CSRFToken": notice.querySelector("[name=csrfmiddlewaretoken]").value };
    const response = await fetch(notice.dataset.address, { method, headers });
    return (await response.json()).seconds_left;
  };

  const wait = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, seconds * 1000);
  };

  const show = (left) => {
    const { minutes, over } = notice.dataset;
    const sentence = left ? minutes.replace("%s", Math.max(1, Math.round(left / 60))) : over;
    const text = notice.querySelector("p");
    if (text.textContent !== sentence) tell(sentence);
    text.textContent = sentence;
    notice.querySelector("form").hidden = !left;
    notice.hidden = false;
  };

  /** Another tab may have gone on meanwhile, so the server is asked. */
  const look = async (method = "GET") => {
    const left = await ask(method).catch(() => WARNING + 10); // No connection: later again.
    if (left > WARNING) {
      notice.hidden = true;
      return wait(left - WARNING);
    }
    show(left);
    if (left) wait(Math.min(left + 1, 30));
  };

  notice.addEventListener("submit", (event) => {
    event.preventDefault();
    look("POST");
  });
  // A machine that has slept knows nothing of the time that went by.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look();
  });
  wait(Math.max(1, notice.dataset.left - WARNING));
})();
