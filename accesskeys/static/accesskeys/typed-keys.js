// A key that is pasted where something else belongs goes nowhere: it is taken out before anything is sent.
(() => {
  const { tell, warn } = window.identityCloud;
  const KEY = /ica_[0-9a-z]{20}/i;
  const finder = document.getElementById("find-by-key");
  /** What each field held before: that has been sent. */
  const before = new WeakMap();
  // What was pasted, and the line that offers to find its access key. The key itself is never in the page.
  let held;
  let line;
  // A key that comes one character at a time, from a scanner or a password manager, goes on after it was recognised.
  const WHOLE = /ica_[0-9a-z]{51}/i;
  const NEXT_CHARACTER_MS = 1500;
  let unfinished = { at: 0 };

  const forget = () => {
    held = undefined;
    line?.remove();
    line = undefined;
  };

  /** In the place of the key: that it was one, and what can be done with it. */
  const offerToFind = (field) => {
    line = document.getElementById("typed-key").content.firstElementChild.cloneNode(true);
    const place = field.form.role === "search" ? null : field.closest(".field, .rename");
    if (place) place.append(line);
    else field.form.after(line);
    tell(line.firstElementChild.textContent);
  };

  const takeOut = (field) => {
    const typed = field.value;
    field.value = "";
    unfinished = { field, text: typed, at: Date.now() };
    // What was found for the text before is not what an empty field finds.
    if (before.get(field) ?? field.defaultValue) field.dispatchEvent(new Event("input", { bubbles: true }));
    forget();
    if (finder) {
      held = typed;
      offerToFind(field);
    } else warn(document.body.dataset.typedKey);
  };

  const goesOn = (field) =>
    field === unfinished.field &&
    field.value !== "" &&
    !WHOLE.test(unfinished.text) &&
    Date.now() - unfinished.at < NEXT_CHARACTER_MS;

  const mayHoldKey = (field) =>
    field.matches("textarea, input:not([type=password], [type=hidden], [type=checkbox], [type=radio], [data-takes-key])");

  // On the way down, before htmx and the browser act.
  window.addEventListener(
    "input",
    (event) => {
      const field = event.target;
      if (!mayHoldKey(field)) return;
      if (goesOn(field)) {
        event.stopImmediatePropagation();
        unfinished = { field, text: unfinished.text + field.value, at: Date.now() };
        field.value = "";
        if (finder) held = unfinished.text;
      } else if (KEY.test(field.value)) {
        event.stopImmediatePropagation();
        takeOut(field);
      } else {
        before.set(field, field.value);
        forget();
      }
    },
    true,
  );

  window.addEventListener(
    "submit",
    (event) => {
      const field = [...event.target.elements].find((one) => mayHoldKey(one) && KEY.test(one.value));
      if (!field) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      takeOut(field);
    },
    true,
  );

  finder?.addEventListener("formdata", ({ formData }) => formData.set("key", held));
  window.addEventListener("pagehide", forget);
})();
