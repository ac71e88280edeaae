// What all pages do beyond plain HTML. Every page works without this file.
(() => {
  const YEAR = 365 * 24 * 60 * 60;
  const MOMENT = 2500;
  const LONGER = 8000;
  // As the server names them: see accesskeys/console/cookies.py.
  const [HOST, SECURE] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
  const toast = document.getElementById("toast");
  let calm;

  /** Say to screen readers what everybody else sees anyway. */
  const tell = (sentence) => {
    document.getElementById("announcer").textContent = sentence;
  };

  /** Show a sentence at the edge of the page for a while, and read it out. */
  const warn = (sentence) => {
    // Beside an open dialog nobody would see or hear it.
    (document.querySelector("dialog[open]") ?? document.body).append(toast);
    toast.textContent = sentence;
    clearTimeout(calm);
    calm = setTimeout(() => toast.replaceChildren(), LONGER);
  };

  const warnUnreachable = () => warn(document.body.dataset.unreachable);

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

  /** What an element shows, as it is copied: blanks between groups are for the eye alone. */
  const textOf = (element) => (element.matches("[data-grouped]") ? tidied(element.textContent) : element.textContent);
  const tidied = (text) => text.replace(/\s/g, "");

  /** Copy what an element shows; where that is not allowed, select it. */
  const copyFrom = async (element, button) => {
    if (!(await copy(async () => textOf(element)))) return offer(element);
    element.dataset.taken = "yes";
    confirmCopy(button);
  };

  window.identityCloud = { tell, warn, copy, copyFrom, confirmCopy, offer, tidied };

  const switchTheme = () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const current = document.documentElement.dataset.theme || system;
    const next = current === "dark" ? "light" : "dark";
    const follows = next === system;
    document.cookie = `${HOST}theme=${next}; Path=/; SameSite=Lax; Max-Age=${follows ? 0 : YEAR}${SECURE}`;
    if (follows) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
  };

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu.contains(except)) continue;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    }
  };

  const guards = () => [...document.querySelectorAll("form[data-guard]:not([data-sent])")];
  const fieldsOf = (form) => [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
  /** Whether something was typed since the server answered. What it refused is there to be corrected first. */
  const isTouched = (field) => {
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  };
  /** The field of the form that would be lost with the page: it holds something else than the server does. */
  const unsavedIn = (form) =>
    fieldsOf(form).find((field) =>
      "saved" in field.dataset
        ? field.value !== field.dataset.saved
        : form.matches("[data-unsent], [data-refused]") || isTouched(field),
    );
  const refreshGuards = () => {
    for (const form of guards()) {
      // A stale page's form comes back as it was sent, and only waits to be sent again.
      const touched = form.matches("[data-unsent]") || fieldsOf(form).some(isTouched);
      form.querySelector("[type=submit]").disabled = !touched || !unsavedIn(form);
    }
  };

  /** Say on the menu how many rows are ticked, and hide it where none is. */
  const refreshSelection = () => {
    const form = document.getElementById("selection");
    if (!form) return;
    const { every } = form.elements;
    const boxes = [...form.elements].filter((element) => element.name === "id");
    const ticked = boxes.filter((box) => box.checked).length;
    form.hidden = !ticked;
    const all = document.querySelector("[data-select-all]");
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
    // All that match are offered to whoever has ticked all that are on the page.
    if (every) {
      every.closest("div").hidden = !all.checked;
      every.checked &&= all.checked;
    }
    const selected = ticked === 1 ? form.dataset.one : form.dataset.many.replace("%s", ticked);
    const menu = form.querySelector("[data-every]");
    menu.textContent = every?.checked ? menu.dataset.every : selected;
  };

  /** A search leaves the worklist alone, but for which of it is chosen and how it is taken off. */
  const refreshWorklist = () => {
    const now = new URLSearchParams(location.search);
    for (const link of document.querySelectorAll(".worklist a")) {
      const { status } = link.dataset;
      const isChosen = now.get("status") === status;
      const next = new URLSearchParams(isChosen ? now : { status });
      if (isChosen) ["status", "page"].forEach((name) => next.delete(name));
      else if (now.has("ordering")) next.set("ordering", now.get("ordering"));
      link.href = `?${next}`;
      link.toggleAttribute("aria-current", isChosen);
      if (isChosen) link.setAttribute("aria-current", "true");
    }
  };

  const selectAll = (checked) => {
    for (const box of document.querySelectorAll("input[form=selection]")) box.checked = checked;
  };

  const useShortcuts = () => !document.cookie.split("; ").includes(`${HOST}shortcuts=off`);

  const switchShortcuts = (on) => {
    document.cookie = `${HOST}shortcuts=off; Path=/; SameSite=Lax; Max-Age=${on ? 0 : YEAR}${SECURE}`;
  };

  const showShortcuts = () => {
    const dialog = document.getElementById("shortcuts");
    dialog.querySelector("[data-shortcuts-switch]").checked = useShortcuts();
    closeMenus(); // The focus comes back to the menu's name, which can still be seen.
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    const { target } = event;
    closeMenus(target);
    if (target.closest("[data-theme-switch]")) switchTheme();
    const closer = target.closest("dialog [data-close-dialog]");
    if (closer) {
      // What stands in the list of shortcuts leads on to somewhere.
      if (!closer.matches("[data-shortcut]")) event.preventDefault();
      closer.closest("dialog").close();
    }
    if (target.closest("[data-shortcut='?']")) showShortcuts();
    const button = target.closest("[data-copy-from]");
    if (button) copyFrom(document.getElementById(button.dataset.copyFrom), button);
    // With one of these keys, a click on a link opens a tab or a window, or selects text.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const head = target.closest("[data-order]");
    if (head) {
      // The filter asks for it, together with all that it holds: two questions would answer out of turn.
      event.preventDefault();
      const filter = document.getElementById("filter");
      filter.elements.ordering.value = head.dataset.order;
      filter.requestSubmit();
    }
    // A row leads where its name does, unless somebody used a control in it or selected text.
    const row = target.closest("tbody tr");
    if (row && !target.closest("a, button, label, .key") && getSelection().isCollapsed) row.querySelector("th a").click();
  });

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Escape") closeMenus();
    // A shortcut is one key alone, outside of dialogs and of fields that take text.
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !useShortcuts()) return;
    // A field in a dialog that was closed a moment ago may still hold the focus.
    const field = target.closest("select, textarea, input:not([type=checkbox], [type=radio])");
    if (field?.getClientRects().length) return;
    if (document.querySelector("dialog[open]")) return;
    const control = document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`);
    if (!control) return;
    event.preventDefault();
    closeMenus();
    if (control.matches("input, summary")) control.focus();
    else control.click();
  });

  document.addEventListener("input", refreshGuards);

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-shortcuts-switch]")) switchShortcuts(target.checked);
    if (target.matches("[data-select-all]")) selectAll(target.checked);
    refreshSelection();
  });

  // A form goes off once, however often its button is hit.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // htmx changes the address without loading the page again.
    if (form.matches(".languages")) form.elements.next.value = location.pathname + location.search;
    if (!form.matches("[data-once]:not([hx-post])")) return;
    if (form.dataset.sent) return event.preventDefault();
    const lost = guards().filter((other) => other !== form).map(unsavedIn).find(Boolean);
    if (lost) {
      event.preventDefault();
      lost.focus();
      warn(lost.form.dataset.guard);
    } else form.dataset.sent = "yes";
  });

  window.addEventListener("beforeunload", (event) => {
    if (guards().some(unsavedIn)) event.preventDefault();
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

  // A problem takes the place of what was found, and leaves the place for the next answer.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status < 400 || detail.xhr.getResponseHeader("Proof-Needed")) return;
    if (detail.xhr.status >= 500 && detail.target.localName === "form") {
      // The form stays as it is, with what was typed.
      const { unavailable, failed } = document.body.dataset;
      detail.shouldSwap = false;
      warn(detail.xhr.status === 503 ? unavailable : failed);
      return;
    }
    if (detail.target.id === "results") detail.swapOverride = "innerHTML";
    // Not in our words: from something between the browser and the server.
    detail.shouldSwap = detail.serverResponse.includes('class="problem');
    if (!detail.shouldSwap) warnUnreachable();
  });

  document.addEventListener("htmx:afterSettle", ({ target }) => {
    refreshGuards();
    refreshSelection();
    refreshWorklist();
    if (target.id === "name-check") {
      const isWrong = Boolean(target.querySelector(".errors"));
      document.querySelector("[aria-describedby~=name-check]").setAttribute("aria-invalid", isWrong);
      return;
    }
    const dialog = target.closest("dialog");
    if (dialog?.childElementCount) {
      closeMenus(); // The focus comes back to the menu's name, where it stood in one.
      if (!dialog.open) dialog.showModal();
      dialog.querySelector("[aria-invalid=true]")?.focus();
    }
    const total = target.id === "results" && document.getElementById("total");
    if (total) tell(total.textContent.trim());
  });

  document.addEventListener("htmx:sendError", warnUnreachable);
  document.addEventListener("htmx:timeout", warnUnreachable);

  refreshGuards();
  refreshSelection();
  // Screen readers read out what arrives on a page, not what is there from the start.
  const news = [...document.querySelectorAll("[data-announce]")].map((notice) => notice.textContent.trim());
  if (news.length) setTimeout(() => tell(news.join(" ")), 200);
})();
