// What all pages do beyond plain HTML. Every page works without this file.
(() => {
  const YEAR = 365 * 24 * 60 * 60;
  const MOMENT = 2500;
  const LONGER = 8000;
  let calm;

  /** Say to screen readers what everybody else sees anyway. */
  const tell = (sentence) => {
    document.getElementById("announcer").textContent = sentence;
  };

  /** Show a sentence at the edge of the page for a while, and read it out. */
  const warn = (sentence) => {
    const toast = document.getElementById("toast");
    toast.textContent = sentence;
    clearTimeout(calm);
    calm = setTimeout(() => toast.replaceChildren(), LONGER);
  };

  /** Copy the text that the function promises. Returns whether the browser allowed it; the promise's own
   *  failure is thrown. A promise, because browsers forget after a moment that somebody clicked. */
  const copy = async (promise) => {
    if (!navigator.clipboard || !window.ClipboardItem) return false;
    let broken;
    const blob = promise().then(
      (value) => new Blob([value], { type: "text/plain" }),
      (reason) => {
        broken = reason;
        throw reason;
      },
    );
    blob.catch(() => {});
    try {
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
      return true;
    } catch {
      if (broken) throw broken;
      return false;
    }
  };

  /** Tell that something was copied, on the button and in words. */
  const confirmCopy = (button) => {
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), MOMENT);
    tell(document.body.dataset.copied);
  };

  /** Select the text of an element, where copying is not allowed. */
  const offer = (element) => {
    getSelection().selectAllChildren(element);
    warn(document.body.dataset.copyRefused);
  };

  /** Copy what an element shows; where that is not allowed, select it. */
  const copyFrom = async (element, button) => {
    if (await copy(async () => element.textContent)) confirmCopy(button);
    else offer(element);
  };

  window.identityCloud = { tell, warn, copy, copyFrom, confirmCopy, offer };

  const switchTheme = () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const current = document.documentElement.dataset.theme || system;
    const next = current === "dark" ? "light" : "dark";
    const follows = next === system;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${next}; Path=/; SameSite=Lax; Max-Age=${follows ? 0 : YEAR}${secure}`;
    if (follows) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
  };

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  };

  const nameField = (form) => form.querySelector("input[type=text]");
  const isChanged = (form) => nameField(form).value !== nameField(form).defaultValue;
  const refreshGuards = () => {
    for (const form of document.querySelectorAll("form[data-guard]")) {
      // A name that the server refused is there to be corrected: nothing to save until it is.
      form.querySelector("[type=submit]").disabled = !isChanged(form);
    }
  };

  document.addEventListener("click", (event) => {
    const { target } = event;
    closeMenus(target);
    if (target.closest("[data-theme-switch]")) switchTheme();
    if (target.closest("dialog [data-close-dialog]")) {
      event.preventDefault();
      target.closest("dialog").close();
    }
    const button = target.closest("[data-copy-from]");
    if (button) copyFrom(document.getElementById(button.dataset.copyFrom), button);
    // A row leads where its name does, unless somebody used a control in it or selected text.
    const row = target.closest("tbody tr");
    if (row && !target.closest("a, button, .key") && getSelection().isCollapsed) row.querySelector("th a").click();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus();
  });

  document.addEventListener("input", refreshGuards);

  // A form goes off once, however often its button is hit.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]:not([hx-post])")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });

  window.addEventListener("beforeunload", (event) => {
    for (const form of document.querySelectorAll("form[data-guard]:not([data-sent])")) {
      if (isChanged(form)) event.preventDefault();
    }
  });

  // The Back button may bring a page back as it was left. Ask the server for it instead.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  document.addEventListener("htmx:configRequest", ({ target, detail }) => {
    if (!target.matches("[data-tidy-address]")) return;
    for (const [name, value] of [...detail.formData]) {
      // The first option of a list is what the page does without it.
      if (value === "" || target.elements[name].selectedIndex === 0) detail.formData.delete(name);
    }
  });

  document.addEventListener("htmx:afterSettle", ({ target }) => {
    refreshGuards();
    const dialog = target.closest("dialog");
    if (dialog?.childElementCount) {
      if (!dialog.open) dialog.showModal();
      dialog.querySelector("[aria-invalid=true]")?.focus();
    }
    if (target.id === "results") tell(document.getElementById("total").textContent.trim());
  });

  // "close" does not bubble, so it is caught on its way down.
  document.addEventListener(
    "close",
    ({ target }) => {
      if (target.id === "dialog") target.replaceChildren();
    },
    true,
  );

  const warnUnreachable = () => warn(document.body.dataset.unreachable);
  document.addEventListener("htmx:sendError", warnUnreachable);
  document.addEventListener("htmx:timeout", warnUnreachable);

  refreshGuards();
  // Screen readers read out what arrives on a page, not what is there from the start.
  const news = [...document.querySelectorAll("[data-announce]")].map((notice) => notice.textContent.trim());
  if (news.length) setTimeout(() => tell(news.join(" ")), 200);
})();
