// How a dialog goes away. What it shows once is not thrown away by one Escape.
(() => {
  const { warn, tidied } = window.identityCloud;

  // By hand, where the button is not allowed to.
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const shown = selection.rangeCount && selection.getRangeAt(0).startContainer;
    const element = (shown?.closest ? shown : shown?.parentElement)?.closest("[data-wiped]");
    if (!element) return;
    element.dataset.taken = "yes";
    if (!element.matches("[data-grouped]")) return;
    event.clipboardData.setData("text/plain", tidied(selection.toString()));
    event.preventDefault();
  });

  // "cancel" and "close" do not bubble, so they are caught on their way down.
  // What a dialog shows once is not thrown away by one Escape, unless it was copied.
  document.addEventListener(
    "cancel",
    (event) => {
      const shown = event.target.id === "dialog" && event.target.querySelector("[data-wiped]");
      if (!shown || shown.dataset.taken) return;
      event.preventDefault();
      shown.dataset.taken = "asked";
      warn(document.body.dataset.notCopied);
    },
    true,
  );
  document.addEventListener(
    "close",
    ({ target }) => {
      if (target.id !== "dialog") return;
      // Something was made, so the page below is out of date: Done leads on.
      const done = target.querySelector("[data-wiped]") && target.querySelector(".dialog-foot a");
      target.replaceChildren();
      if (done) location.assign(done.href);
    },
    true,
  );
})();
